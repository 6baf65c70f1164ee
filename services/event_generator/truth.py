"""The truth file: a line for each event that transport harmed, `id`, `epoch`, `fault`, `amount` in seconds."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from datagen.sinks.faults import told


class Truth:
    """Appends lines; those that an earlier start has written already are passed over."""

    def __init__(self, path: Path, goes_on: bool) -> None:
        self._path = path
        with told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            before = path.read_text("utf-8").splitlines(keepends=True) if goes_on and path.exists() else []
            self._known = {line.rstrip("\n") for line in before if line.endswith("\n")}
            path.write_text("".join(line for line in before if line.endswith("\n")), "utf-8")  # a kill may cut a line
            self._file = path.open("a", encoding="utf-8")

    def add(self, line: str) -> None:
        if line in self._known:
            self._known.discard(line)
        else:
            self._file.write(f"{line}\n")

    def flush(self) -> None:
        with told(self._path):
            self._file.flush()

    def __enter__(self) -> Truth:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._file.close()
