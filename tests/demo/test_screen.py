"""What the terminal shows."""

from __future__ import annotations

import io
import re

import pytest

from demo.screen import Screen, bytes_text, seconds_text


class Terminal(io.StringIO):
    """A screen of text: knows the two movements that ours makes."""

    encoding = "utf-8"

    def lines(self) -> list[str]:
        shown: list[str] = [""]
        for up, text in re.findall(r"\x1b\[(\d+)A\r\x1b\[J|([^\x1b]+)", self.getvalue()):
            if up:
                shown = [*shown[: -int(up) - 1], ""]
                continue
            first, *others = text.split("\n")
            shown = [*shown[:-1], shown[-1] + first, *others]
        return shown


def test_a_finished_step_is_one_aligned_line() -> None:
    now = [0.0]
    screen = Screen(out := Terminal(), live=True, colour=False, clock=lambda: now[0])
    with screen.step("setting up", "set up") as step:
        now[0] = 38
        step.note = "(once; 212 MB in .venv and .artifacts)"
    with screen.step("making data", "data made") as step:
        now[0] = 38.4
        step.note = "card_transactions: 20,000 rows, 59 files, 3.1 MB"
    assert out.lines() == [
        "  ✓ set up             38 s   (once; 212 MB in .venv and .artifacts)",
        "  ✓ data made         0.4 s   card_transactions: 20,000 rows, 59 files, 3.1 MB",
        "",
    ]


def test_steps_that_run_side_by_side_are_drawn_below_the_finished_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    screen = Screen(out := Terminal(), live=True, colour=False, clock=lambda: 0.0)
    page, batch = screen.begin("page"), screen.begin("batch job")
    screen.finish(batch, "batch published", "all counted")
    assert [line[3:] for line in out.lines()] == [
        " batch published   0.0 s   all counted",
        " page              0.0 s",
        "",
    ]
    screen.finish(page, "page ready")
    assert [line[4:19] for line in out.lines()] == ["batch published", "page ready     ", ""]


def test_a_running_line_never_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    screen = Screen(out := Terminal(), live=True, colour=False)
    step = screen.begin("batch job")
    step.note = "x" * 200
    other = screen.begin("page")
    screen.finish(other, "page ready")
    assert max(map(len, out.lines())) < 40
    screen.drop(step)


def test_a_dropped_step_leaves_no_line() -> None:
    screen = Screen(out := Terminal(), live=True, colour=False)
    screen.drop(screen.begin("batch job"))
    assert out.lines() == [""]


def test_without_a_terminal_there_are_plain_lines_and_no_escapes() -> None:
    screen = Screen(out := Terminal(), clock=lambda: 0.0)
    with screen.step("setting up", "set up") as step:
        screen.doing(step, "packages")
        step.note = "done"
    assert out.getvalue() == "  … setting up\n    packages\n  ✓ set up            0.0 s   done\n"


def test_a_step_that_raises_is_shown_as_failed() -> None:
    screen = Screen(out := Terminal(), clock=lambda: 0.0)
    with pytest.raises(KeyError, match="lost"), screen.step("making data", "data made"):
        raise KeyError("lost")
    assert out.lines()[1] == "  ✗ making data       0.0 s"


def test_a_terminal_without_the_signs_gets_ascii() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    screen = Screen(out, clock=lambda: 0.0)
    with screen.step("page", "page ready"):
        pass
    out.seek(0)
    assert out.read() == "  - page\n  + page ready        0.0 s\n"


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (987, "987 B"), (3_140_000, "3.1 MB"), (212_000_000, "212 MB"), (1_340_000_000, "1.3 GB")],
)
def test_sizes_have_two_or_three_figures(size: int, text: str) -> None:
    assert bytes_text(size) == text


@pytest.mark.parametrize(("seconds", "text"), [(0.04, "0.0 s"), (14.21, "14.2 s"), (38.4, "38 s"), (412, "412 s")])
def test_times_have_a_fraction_where_it_matters(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text
