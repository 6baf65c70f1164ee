"""What keeps the first second short."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec


class _NoPandas:
    """Finds every module but pandas where it is."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        if name == "pandas":
            raise ModuleNotFoundError(name)
        return None


def load_arrow_alone() -> None:
    """Import Arrow without pandas, which it looks for at its first array and which takes longer than all the rest.

    Arrow then knows of no pandas in this process; others may still import it.
    """
    if "pyarrow" in sys.modules:
        return
    sys.meta_path.insert(0, _NoPandas)
    try:
        import pyarrow as pa

        pa.array([])
    finally:
        sys.meta_path.remove(_NoPandas)
