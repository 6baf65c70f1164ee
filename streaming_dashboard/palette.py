"""Which group has which colour. Who has one keeps it for as long as the page is served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from streaming_dashboard.windows import Snapshot

COLOURS = 5
OTHER = COLOURS  # the colour of everything else
BASIS = 24  # windows from the first on, whose largest groups get the colours: the same after a restart


@dataclass
class Palette:
    colours: dict[str, int] = field(default_factory=dict)

    def learn(self, snapshot: Snapshot, by_rows: bool) -> None:
        """Colours that are free go to the largest groups of the first windows; by rows where a sum says nothing."""
        free = COLOURS - len(self.colours)
        if free:
            leading = [group for group in _leaders(snapshot, by_rows) if group not in self.colours]
            for group in sorted(leading[:free]):
                self.colours[group] = len(self.colours)

    def colour(self, group: str) -> int:
        return self.colours.get(group, OTHER)


def _leaders(snapshot: Snapshot, by_rows: bool) -> Sequence[str]:
    rank = "sum(rows)" if by_rows else "sum(total)"
    sql = f"""
        with windows as (select * from closed union all select * from open),
        first as (select distinct start_s from windows order by 1 limit {BASIS})
        select grp from windows where start_s in (from first) group by grp order by {rank} desc, grp
    """
    return [group for (group,) in snapshot.ask(sql)]
