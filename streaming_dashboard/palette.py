"""Which group has which colour: the largest of the first windows. Who has one keeps it, except early on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from streaming_dashboard.windows import Snapshot

COLOURS = 5
OTHER = COLOURS  # the colour of everything else
BASIS = 96  # windows from the first on: once they are there nothing changes, and after a restart it is the same
FIRST = f"""
    with windows as (select * from closed union all select * from open),
    first as (select distinct start_s from windows order by 1 limit {BASIS})
"""


@dataclass
class Palette:
    colours: dict[str, int] = field(default_factory=dict)
    settled: bool = False

    def learn(self, snapshot: Snapshot, by_rows: bool) -> None:
        """Groups are ranked by what is summed, or by rows where a sum says nothing."""
        if self.settled:
            return
        leading = _leaders(snapshot, by_rows)
        kept = {group: colour for group, colour in self.colours.items() if group in leading}
        free = iter(sorted(set(range(COLOURS)) - set(kept.values())))
        self.colours = kept | {group: next(free) for group in sorted(leading) if group not in kept}
        self.settled = snapshot.ask(f"{FIRST} select count(*) from first")[0][0] == BASIS

    def colour(self, group: str) -> int:
        return self.colours.get(group, OTHER)


def _leaders(snapshot: Snapshot, by_rows: bool) -> Sequence[str]:
    rank = "sum(rows)" if by_rows else "sum(total)"
    sql = f"""
        {FIRST} select grp from windows where start_s in (from first)
        group by grp order by {rank} desc, grp limit {COLOURS}
    """
    return [group for (group,) in snapshot.ask(sql)]
