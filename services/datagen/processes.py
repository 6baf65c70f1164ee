"""Processes that make extracts: each is handed whole files, one after the other, and makes them by threads of its own.

Threads of one interpreter put each other to sleep whenever one wants it that another has; forked processes have one
each, and begin with all that was read and planned. Rows do not travel between them, so a file is made by one of them,
and there are only as many as the files keep busy to the end. They hold nothing that matters: whatever goes wrong, they
are killed, and who made the folder clears it.
"""

from __future__ import annotations

import ctypes
import heapq
import os
import pickle
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from datagen.errors import DatagenError, UserError
from datagen.layout import Extract
from datagen.progress import Tally
from datagen.stopping import SIGNALS, undisturbed
from datagen.workers import Receipts, Work, in_turn

if TYPE_CHECKING:  # takes longer to import than a small set to make
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkProcess

BLOCKS_EACH = 2  # fewer are made by threads before a process has come up
LONGEST = 1.2  # times its share may the last process be at work: beyond that, threads are worth more
PR_SET_PDEATHSIG = 1

MakeWork = Callable[[Iterator[Extract], Tally], Work]


class LostError(DatagenError):
    """A process was ended by somebody else."""

    def __init__(self, code: int | None) -> None:
        how = f"by {signal.Signals(-code).name}" if code is not None and code < 0 else f"with {code}"
        super().__init__(
            f"a worker was ended {how}; nothing was published and what was there before is as it was; "
            "a system that is short of memory does this: give fewer --workers"
        )


def worth(costs: Sequence[int], blocks: int, workers: int) -> int:
    """How many processes files of such costs, the largest begun first, keep busy to the end; 1 where threads do.

    `blocks` is how many full ones the rows of all files would make.
    """
    most = min(workers, len(costs), blocks // BLOCKS_EACH) if sys.platform == "linux" else 1
    return next((count for count in range(most, 1, -1) if _longest(costs, count) <= LONGEST * sum(costs) / count), 1)


def _longest(costs: Sequence[int], count: int) -> int:
    """What the busiest of so many has to do."""
    loads = [0] * count
    for cost in sorted(costs, reverse=True):
        heapq.heapreplace(loads, loads[0] + cost)
    return max(loads)


def run(
    extracts: Sequence[Extract],
    make_work: MakeWork,
    tally: Tally,
    processes: int,
    workers: int,
    begun: Callable[[], object] = lambda: None,
) -> Receipts:
    """Make all extracts by so many processes, with so many threads at work in all of them together.

    For a process that has no other thread; `begun` is called when it may have some again. What is raised in one of
    them is raised here once all have ended; so is a signal's exception.
    """
    crew = _Crew(in_turn(extracts), make_work, tally)
    try:
        with undisturbed():
            for number in range(processes):
                crew.start(workers // processes + (number < workers % processes))
        begun()
        while crew.at_work:
            crew.listen()
    finally:
        with undisturbed():
            crew.end()
    return crew.receipts


@dataclass(frozen=True, slots=True)
class _Next:
    """Asks for the number of an extract."""


@dataclass(frozen=True, slots=True)
class _Wrote:
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class _Made:
    """All there was to make."""

    receipts: Receipts


@dataclass(frozen=True, slots=True)
class _Failed:
    error: BaseException


class _Crew:
    """The processes as their parent sees them."""

    def __init__(self, extracts: Sequence[Extract], make_work: MakeWork, tally: Tally) -> None:
        self.receipts: Receipts = {}
        self.at_work: dict[Connection, ForkProcess] = {}
        self._extracts, self._make_work, self._tally = extracts, make_work, tally
        self._waiting = iter(range(len(extracts)))

    def start(self, threads: int) -> None:
        from multiprocessing import get_context

        fork = get_context("fork")
        here, there = fork.Pipe()
        others = [here, *self.at_work]  # which it inherits, and which nobody would find closed while it held them
        process = fork.Process(target=self._child, args=(there, others, threads, os.getpid()), daemon=True)
        with warnings.catch_warnings():  # of threads, which are those of libraries that are ready for it
            warnings.simplefilter("ignore", DeprecationWarning)
            process.start()
        there.close()
        self.at_work[here] = process

    def listen(self) -> None:
        """Hear those who have something to say."""
        from multiprocessing.connection import wait

        speaking = wait([*self.at_work])
        for connection, process in [*self.at_work.items()]:
            if connection not in speaking:
                continue
            try:
                self._heard(connection, connection.recv())
            except (EOFError, ConnectionError) as error:
                process.join()
                raise LostError(process.exitcode) from error

    def _heard(self, connection: Connection, message: object) -> None:
        if isinstance(message, _Next):
            connection.send(next(self._waiting, None))
        elif isinstance(message, _Wrote):
            self._tally.add(message.rows, message.bytes)
        elif isinstance(message, _Made):
            self.receipts |= message.receipts
            self.at_work.pop(connection).join()
            connection.close()
        elif isinstance(message, _Failed):
            raise message.error

    def end(self) -> None:
        """None of them is there any more."""
        for process in self.at_work.values():
            process.kill()
        for connection, process in self.at_work.items():
            process.join()
            connection.close()

    def _child(self, connection: Connection, others: Sequence[Connection], threads: int, parent: int) -> None:
        for number in SIGNALS:  # a terminal sends them to all; the parent acts
            signal.signal(number, signal.SIG_IGN)
        _end_with(parent)
        for other in others:
            other.close()
        said = _Said(connection)
        with suppress(ConnectionError):  # nobody listens any more
            try:
                extracts = (self._extracts[number] for number in iter(said.next, None))
                receipts = self._make_work(extracts, _Told(said)).run(threads, spare=True)
                said.say(_Made(self._counted(receipts)))
            except BaseException as error:
                said.say(_Failed(_portable(error)))

    def _counted(self, receipts: Receipts) -> Receipts:
        """With the rows, which the parent may not have counted."""
        made = {extract.path: extract for extract in self._extracts if extract.path in receipts}
        return {path: replace(written, rows=made[path].rows) for path, written in receipts.items()}


class _Said:
    """A process's line to its parent, for all its threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def say(self, message: object) -> None:
        with self._lock:
            self._connection.send(message)

    def next(self) -> Any:
        """The number of the next extract; None when all are taken."""
        with self._lock:
            self._connection.send(_Next())
            return self._connection.recv()


class _Told(Tally):
    """Counts in the parent."""

    def __init__(self, said: _Said) -> None:
        super().__init__(0)
        self._said = said

    def add(self, rows: int, written_bytes: int) -> None:
        self._said.say(_Wrote(rows, written_bytes))


def _end_with(parent: int) -> None:
    """This process ends when that one does."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the tie was made
        os._exit(128 + signal.SIGKILL)


def _portable(error: BaseException) -> BaseException:
    """The same where it can travel, else one that says the same; a fault of ours with the place where it was raised."""
    if not isinstance(error, DatagenError):
        error.add_note("in a worker:\n" + "".join(traceback.format_exception(error)))
    with suppress(Exception):
        if type(pickle.loads(pickle.dumps(error))) is type(error):
            return error
    if isinstance(error, UserError):
        return UserError(str(error))
    return RuntimeError("\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())]))
