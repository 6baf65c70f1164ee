"""What every strength obeys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datagen.draws import F64, Draws
    from datagen.generators.base import Rows


class Strength(Protocol):
    """A frozen dataclass whose attributes are everything the kind needs."""

    @property
    def reads(self) -> tuple[str, ...]:
        """Columns of the same row."""
        ...

    def of(self, rows: Rows, draws: Draws) -> F64:
        """One number a row, a fresh array. Uses no state but its arguments."""
        ...
