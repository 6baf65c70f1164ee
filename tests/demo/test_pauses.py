"""How long a part that died waits for its next life."""

from __future__ import annotations

from demo.pauses import ENOUGH_S, LONGEST_S, Pauses


def test_pauses_grow_up_to_a_minute() -> None:
    pauses = Pauses()
    assert [pauses.after(0.1) for _ in range(9)] == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert LONGEST_S == 60


def test_a_life_that_was_long_enough_makes_the_next_pause_short_again() -> None:
    pauses = Pauses()
    for _ in range(5):
        pauses.after(ENOUGH_S - 1)
    assert pauses.after(ENOUGH_S) == 1
    assert pauses.after(0) == 2
