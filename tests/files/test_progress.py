"""A run shows how far it is: a bar on a terminal, lines elsewhere, nothing when it is short or quiet."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable

import pytest

from datagen import progress
from datagen.progress import Tally, shown


class Screen(io.StringIO):
    """A terminal, and a body that goes on until something is on it."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


def run(screen: Screen, tally: Tally, enough: Callable[[str], bool], quiet: bool = False) -> str:
    with shown(tally, quiet, screen):
        while not enough(screen.getvalue()):
            tally.add(10, 1000)
    return screen.getvalue()


def test_lines_say_rows_bytes_and_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LINES_S", 0.01)
    said = run(Screen(False), Tally(10**12), lambda text: text.count("\n") > 1)
    seconds, _, rest = said.splitlines()[0].strip().partition(" s  ")
    assert int(seconds) >= 0
    rows, _, size = rest.partition(" of 1,000,000,000,000 rows, ")
    assert int(rows.replace(",", "")) % 10 == 0
    assert size.split()[1] in ("B", "kB", "MB", "GB")


def test_a_terminal_shows_a_bar_that_is_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "QUIET_S", 0.0)
    said = run(Screen(True), Tally(10**12), lambda text: " rows, " in text)
    assert "%" in said
    assert said.endswith("\x1b[2K")


@pytest.mark.parametrize(("terminal", "quiet"), [(True, False), (False, False), (True, True), (False, True)])
def test_a_short_or_quiet_run_shows_nothing(terminal: bool, quiet: bool) -> None:
    assert run(Screen(terminal), Tally(100), lambda _: True, quiet) == ""


@pytest.mark.parametrize("quiet", [True, False])
def test_nobody_watches_a_quiet_run(quiet: bool) -> None:
    threads = threading.active_count()
    with shown(Tally(100), quiet, Screen(False)):
        assert threading.active_count() == threads + (not quiet)


def test_the_whole_is_expected_to_go_on_as_it_began() -> None:
    tally = Tally(1000)
    assert tally.expected_bytes() is None
    tally.add(10, 420)
    tally.add(0, 80)
    assert tally.expected_bytes() == 50_000
