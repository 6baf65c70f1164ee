"""Collects every fault of a document, each with its path and line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from datagen.errors import Problem
from datagen.schema.json_text import Path
from datagen.schema.names import is_field_name, printable, show

MAX_FAULTS = 1_000  # nobody reads more; a hostile document could have millions


class Faults:
    """Grows as the document is read; `problems` has them in the order of lines."""

    def __init__(self, document: Any, lines: Mapping[Path, int], overridden: Mapping[Path, str]) -> None:
        """`overridden` are the places that the file does not decide, and what does."""
        self._document = document
        self._lines = lines
        self._overridden = overridden
        self._found: dict[Problem, None] = {}
        self._at_fault: set[Path] = set()  # the paths of the faults, and all above them

    def add(
        self,
        path: Path,
        message: str,
        *,
        line: int | None = None,
        at: Path | None = None,
        because: Collection[Path] = (),
    ) -> None:
        """One fault, in the line given, or of the part `at`, or of the path.

        `because` are other parts without which it would be none: what decides them in place of the file is told too.
        """
        self.mark(path)
        if self.full:
            return
        above, below = self._sources(path, because)
        if line is None:
            line = 0 if above else self.line(path if at is None else at)
        shown = dotted(self._document, path)
        note = f" (set by {above})" if above else f" ({below})" if below else ""
        self.note(Problem(shown, line, printable(message) + note))

    def mark(self, path: Path) -> None:
        """Something at or below `path` is at fault, whether it is told or left out."""
        self._at_fault.update(path[:length] for length in range(len(path) + 1))

    def note(self, problem: Problem) -> None:
        """One fault as it is; said twice, it counts once."""
        self._found.setdefault(problem)

    @property
    def full(self) -> bool:
        """Whether no further fault is noted."""
        return len(self._found) >= MAX_FAULTS

    def __len__(self) -> int:
        return len(self._found)

    def within(self, path: Path) -> bool:
        """Whether anything at or below `path` is at fault."""
        return path in self._at_fault

    @property
    def problems(self) -> tuple[Problem, ...]:
        found = sorted(self._found, key=lambda problem: problem.line)
        if self.full:
            found.append(Problem("", found[-1].line, f"the rest of over {MAX_FAULTS:,} problems is left out"))
        return tuple(found)

    def _sources(self, path: Path, because: Collection[Path]) -> tuple[str, str]:
        """What decides the value at `path` in place of the file, and what decides parts of it and its causes."""
        above = (source for place, source in self._overridden.items() if _begins(path, place))
        below = (
            f"{dotted(self._document, place)} set by {source}"
            for place, source in self._overridden.items()
            if _begins(place, path) or any(_begins(place, cause) or _begins(cause, place) for cause in because)
        )
        return next(above, ""), ", ".join(below)

    def line(self, path: Path) -> int:
        """The line of the innermost part of `path` that stands in the file."""
        for length in range(len(path), -1, -1):
            if (line := self._lines.get(path[:length])) is not None:
                return line
        return 0


def _begins(path: Path, part: Path) -> bool:
    """Whether `path` is `part` or lies in it; the whole document counts as no part."""
    return bool(part) and path[: len(part)] == part


def dotted(document: Any, path: Path) -> str:
    """A path for people: items of a list by their name where they have one, else by number."""
    parts = []
    value = document
    for part in path:
        parts.append(_part(value, part))
        value = _child(value, part)
    return ".".join(parts)


def _part(value: Any, part: str | int) -> str:
    if isinstance(part, int):
        item = _child(value, part)
        name = item.get("name", item.get("id")) if isinstance(item, dict) else item
        return name if isinstance(name, str) and is_field_name(name) else str(part)
    plain = 0 < len(part) < 64 and all(char.isalnum() or char in "_$-" for char in part)
    return part if plain else quoted_part(part)


def quoted_part(part: str) -> str:
    return '"' + show(part)[1:-1].replace('"', '\\"') + '"'


def _child(value: Any, part: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int) and 0 <= part < len(value):
        return value[part]
    return None
