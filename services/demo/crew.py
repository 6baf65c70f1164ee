"""Starts the parts of a demo in order, waits until each is ready, starts again what dies, and ends them all.

One thread does it all: on Linux a child's life is tied to the thread that started it.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from types import FrameType

from datagen.errors import DatagenError
from datagen.stopping import Stopped
from demo.child import Child
from demo.member import Member, State
from demo.parts import Part
from demo.screen import Screen, Step, seconds_text

POLL_S = 0.1
TAIL_LINES = 12
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
THE_USERS = 2  # the exit code for what starting again does not cure


class PartEndedError(DatagenError):
    """A part ended that should not have, or not so. What its user can put right is ours to hand on."""

    def __init__(self, child: Child, code: int) -> None:
        self.exit_code = 2 if code == THE_USERS else 1
        super().__init__(told(child, code))


def told(child: Child, code: int) -> str:
    said = "".join(f"\n  {line}" for line in child.tail(TAIL_LINES))
    return f"{child.name} ended with {code}; the end of {child.log}:{said or ' nothing'}"


class Crew:
    """The parts of one demo. To be used inside `with`, which ends whatever was started."""

    def __init__(
        self,
        parts: Iterable[Part],
        screen: Screen,
        *,
        environ: Mapping[str, str],
        cwd: Path,
        logs: Path,
        changed: Callable[[], None] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.members = {part.name: Member(part) for part in parts}
        self.screen = screen
        self.environ = environ
        self.cwd = cwd
        self.logs = logs
        self.changed = changed
        self.monotonic = monotonic
        self._steps: dict[str, Step] = {}
        self._signals: list[int] = []
        self._woken = threading.Event()
        self._up = False

    @property
    def children(self) -> dict[str, Child]:
        return {name: member.child for name, member in self.members.items() if member.child}

    def __enter__(self) -> Crew:
        self._handlers = {number: signal.signal(number, self._note_signal) for number in SIGNALS}
        return self

    def __exit__(self, *exception: object) -> None:
        """Signals are only noted meanwhile: a second Ctrl-C leaves nothing."""
        try:
            for step in self._steps.values():
                self.screen.drop(step)
            stopping = self.screen.begin("stopping")
        finally:  # whoever read the screen may be gone
            self._end_all()
            for number, handler in self._handlers.items():
                signal.signal(number, handler)
        self.screen.drop(stopping)

    def _end_all(self) -> None:
        """Sources before the job, the broker last."""
        in_order = sorted(self.members.values(), key=lambda member: member.part.stopped)
        for _, group in groupby(in_order, key=lambda member: member.part.stopped):
            ending = [(member.child, member.part.grace_s) for member in group if member.child]
            for child, _grace in ending:
                child.ask_to_end(alone=True)
            for child, grace_s in ending:
                child.end(grace_s)

    def bring_up(self) -> None:
        """Returns when every part is ready. Raises PartEndedError, Stopped."""
        self.changed()
        while not all(member.is_ready for member in self.members.values()):
            self._turn()
        self._up = True
        self.changed()

    def watch(self) -> None:
        """Starts again what dies. Raises Stopped on Ctrl-C or SIGTERM."""
        while True:
            self._turn()

    def _turn(self) -> None:
        for member in self.members.values():
            if self._is_due(member):
                self._start(member)
        self._woken.wait(POLL_S)
        if self._signals:
            raise Stopped(self._signals[0])
        for member in self.members.values():
            if member.child is not None and member.start_at is None and not member.given_up:
                self._look(member, member.child)

    def _is_due(self, member: Member) -> bool:
        if member.child is None:
            return all(self.members[name].is_ready for name in member.part.after if name in self.members)
        return member.start_at is not None and self.monotonic() >= member.start_at

    def _start(self, member: Member) -> None:
        part = member.part
        if not member.was_ready and part.name not in self._steps:
            self._steps[part.name] = self.screen.begin(part.running)
        environ = {**self.environ, **part.environ}
        again = member.child is not None
        log = self.logs / f"{part.name}.log"
        member.started, member.born, member.start_at = datetime.now(UTC), self.monotonic(), None
        member.child = Child(part.name, [*part.command, *part.more()], log=log, env=environ, cwd=self.cwd, append=again)
        self._become(member, "starting")

    def _look(self, member: Member, child: Child) -> None:
        """Brings one part up to date."""
        part, code = member.part, child.ended()
        if step := self._steps.get(part.name):
            step.note = child.last_line()
        if code is None:
            if member.state == "starting" and not part.ends and part.ready(member.started or datetime.now(UTC)):
                self._become_ready(member, "healthy")
        elif code == 0 and (part.ends or part.may_end):
            if member.state != "done":
                self._become_ready(member, "done")
        else:
            self._bury(member, child, code)

    def _become_ready(self, member: Member, state: State) -> None:
        part = member.part
        if step := self._steps.pop(part.name, None):
            self.screen.finish(step, part.done, part.note())
        elif state == "healthy":
            self.screen.say(f"  {part.name} runs again")
        elif self._up:
            self.screen.say(f"  {part.name} is done")
        member.was_ready = True
        self._become(member, state)

    def _bury(self, member: Member, child: Child, code: int) -> None:
        """A death. Before all is up one that starting again does not cure ends the demo, later it is told."""
        part = member.part
        child.end(grace_s=1.0)  # what is left of its group
        pause_s = member.pauses.after(self.monotonic() - member.born)
        if code == THE_USERS or (not self._up and member.pauses.deaths >= part.tries):
            if not self._up:
                if step := self._steps.pop(part.name, None):
                    self.screen.fail(step)
                raise PartEndedError(child, code)
            member.given_up = True
            self.screen.say(f"  {told(child, code)}\n  {part.name} is not started again: that would change nothing")
            self._become(member, "unhealthy", f"ended with {code}: {child.last_line()}")
            return
        again = f"{part.name} ended with {code}; it is started again in {seconds_text(pause_s)}"
        self.screen.say(f"  {again}   ({child.log})")
        member.start_at = self.monotonic() + pause_s
        self._become(member, "unhealthy", again)

    def _become(self, member: Member, state: State, reason: str | None = None) -> None:
        member.state, member.reason, member.since = state, reason, datetime.now(UTC)
        self.changed()

    def _note_signal(self, number: int, frame: FrameType | None) -> None:
        self._signals.append(number)
        self._woken.set()
