"""What every modifier obeys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

if TYPE_CHECKING:
    from datagen.draws import Draws
    from datagen.generators.base import Rows


class Modifier(Protocol):
    """A frozen dataclass whose attributes are everything the kind needs."""

    def apply(self, values: pa.Array, rows: Rows, draws: Draws) -> pa.Array:
        """The column after this change, of the same length. Uses no state but its arguments."""
        ...
