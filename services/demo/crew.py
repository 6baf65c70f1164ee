"""Starts the parts of a demo in order, waits until each is ready, watches over them, and ends them all.

One thread does it all: on Linux a child's life is tied to the thread that started it.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import FrameType

from datagen.errors import DatagenError
from datagen.stopping import Stopped
from demo.child import Child
from demo.parts import Part
from demo.screen import Screen, Step

POLL_S = 0.1
TAIL_LINES = 12
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class PartEndedError(DatagenError):
    """A part ended that should not have, or not so. What its user can put right is ours to hand on."""

    def __init__(self, child: Child, code: int) -> None:
        self.exit_code = 2 if code == 2 else 1
        said = "".join(f"\n  {line}" for line in child.tail(TAIL_LINES))
        super().__init__(f"{child.name} ended with {code}; the end of {child.log}:{said or ' nothing'}")


class Crew:
    """The parts of one demo. To be used inside `with`, which ends whatever was started."""

    def __init__(
        self, parts: Iterable[Part], screen: Screen, *, environ: Mapping[str, str], cwd: Path, logs: Path
    ) -> None:
        self.parts = {part.name: part for part in parts}
        self.screen = screen
        self.environ = environ
        self.cwd = cwd
        self.logs = logs
        self.children: dict[str, Child] = {}
        self._steps: dict[str, Step] = {}
        self._ready: set[str] = set()
        self._signals: list[int] = []
        self._woken = threading.Event()

    def __enter__(self) -> Crew:
        self._handlers = {number: signal.signal(number, self._note_signal) for number in SIGNALS}
        return self

    def __exit__(self, *exception: object) -> None:
        """Signals are only noted while the parts end: a second Ctrl-C does not leave half of them."""
        for step in self._steps.values():
            self.screen.drop(step)
        for child in self.children.values():
            child.ask_to_end()
        for child in self.children.values():
            child.end()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def bring_up(self) -> None:
        """Returns when every part is ready. Raises PartEndedError, Stopped."""
        while self._ready != self.parts.keys():
            for part in self.parts.values():
                if part.name not in self.children and self._ready.issuperset(part.after):
                    self._start(part)
            self._pause()
            for name in list(self._steps):
                self._look(self.parts[name])

    def watch(self) -> None:
        """Raises PartEndedError when a part ends that should run on; Stopped on Ctrl-C or SIGTERM."""
        while True:
            self._pause()
            for part in self.parts.values():
                self._require_alive(part)

    def _start(self, part: Part) -> None:
        self._steps[part.name] = self.screen.begin(part.running)
        log = self.logs / f"{part.name}.log"
        environ = {**self.environ, **part.environ}
        self.children[part.name] = Child(part.name, part.command, log=log, env=environ, cwd=self.cwd)

    def _look(self, part: Part) -> None:
        """Brings one step up to date."""
        child, step = self.children[part.name], self._steps[part.name]
        step.note = child.last_line()
        self._require_alive(part)
        if child.ended() == 0 if part.ends else part.ready():
            del self._steps[part.name]
            self._ready.add(part.name)
            self.screen.finish(step, part.done, part.note())

    def _require_alive(self, part: Part) -> None:
        child = self.children[part.name]
        code = child.ended()
        if code is None or (part.ends and code == 0):
            return
        if step := self._steps.pop(part.name, None):
            self.screen.fail(step)
        raise PartEndedError(child, code)

    def _pause(self) -> None:
        self._woken.wait(POLL_S)
        if self._signals:
            raise Stopped(self._signals[0])

    def _note_signal(self, number: int, frame: FrameType | None) -> None:
        self._signals.append(number)
        self._woken.set()
