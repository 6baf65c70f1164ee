"""Threads that make extracts: each takes a block of rows, makes it, and writes it when its turn in the file has come.

A worker stays with its file and then takes one that nobody has begun, so with many files nobody waits and few more are
open than there are workers; towards the end, and for a single file, several work on one. A spare thread keeps the
cores at work while one waits for the disk. NumPy and Arrow let go of the interpreter lock, and what is made need not
travel; where there are files enough, `processes` shares them out among several interpreters.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from datagen.formats import Format, Press
from datagen.layout import Extract
from datagen.progress import Tally
from datagen.sinks.durable import Target, Written
from datagen.stopping import undisturbed

LOOK_S = 0.5

Receipts = dict[str, Written]  # by the extract's path


class StoppedError(Exception):
    """Another worker failed, or the run was stopped."""


class OpenExtract:
    """One file in the making: its blocks are taken in order and written in order, by whichever workers."""

    def __init__(
        self, extract: Extract, target: Target, form: Format, block_rows: int, stopped: threading.Event
    ) -> None:
        self.extract = extract
        self.taken = 0
        self.all_taken = False
        self._target = target
        self._file = form.file(target)
        self._block_rows = block_rows
        self._stopped = stopped
        self._written = 0
        self._settling = 0  # those who have put and may still have to do with the descriptor
        self._turn = threading.Condition()

    @property
    def about_left(self) -> int:
        """How many blocks nobody has taken, about."""
        return -(-self.extract.about // self._block_rows) - self.taken

    def take(self) -> Block:
        """The next block; there has to be one."""
        start = self.extract.start + self.taken * self._block_rows
        stop, self.all_taken = self.extract.span(start, self._block_rows)
        self.taken += 1
        return Block(self, self.taken - 1, start, stop, self.all_taken)

    def put(self, number: int, made: object) -> int:
        """Write a block when all before it are written; returns the bytes. StoppedError if that never comes."""
        with self._turn:
            self._turn.wait_for(lambda: self._stopped.is_set() or self._written == number)
        if self._stopped.is_set():
            raise StoppedError
        before = self._target.bytes
        self._file.take(made)
        with self._turn:
            self._written += 1
            self._settling += 1
            self._turn.notify_all()
        return self._target.bytes - before

    def settle(self) -> None:
        """To be called once after each `put`, by one who may wait for the disk; others put meanwhile."""
        try:
            self._target.settle()
        finally:
            with self._turn:
                self._settling -= 1
                self._turn.notify_all()

    def finish(self) -> Written:
        with self._turn:
            self._turn.wait_for(lambda: self._stopped.is_set() or self._settling == 0)
        if self._stopped.is_set():
            raise StoppedError
        self._file.finish()
        written = self._target.finish()
        self.close()
        return written

    def close(self) -> None:
        """Nothing more is written; harmless after `finish`."""
        self._file.abandon()
        self._target.close()

    def wake(self) -> None:
        with self._turn:
            self._turn.notify_all()


@dataclass(frozen=True, slots=True)
class Block:
    """Rows start..stop for a file."""

    file: OpenExtract
    number: int
    start: int
    stop: int
    last: bool


def in_turn(extracts: Sequence[Extract]) -> list[Extract]:
    """As they are best begun: of several tables the largest first, since the blocks of a file are encoded in turn."""
    several = len({extract.table for extract in extracts}) > 1
    return sorted(extracts, key=lambda extract: extract.about, reverse=True) if several else list(extracts)


class Work:
    """Extracts, begun in the order in which they come, and handed out block by block."""

    def __init__(
        self,
        extracts: Iterator[Extract],
        formats: Mapping[str, Format],
        open_target: Callable[[Extract], Target],
        block_rows: int,
        tally: Tally,
    ) -> None:
        self.receipts: Receipts = {}
        self._formats, self._open_target = formats, open_target
        self._block_rows, self._tally = block_rows, tally
        self._waiting = extracts
        self._open: list[OpenExtract] = []
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._failure: BaseException | None = None
        self._places = 0  # how many may be at work at a time; given by `run`
        self._at_work = threading.Semaphore(0)  # how many more may be
        self._started = 0  # workers
        self._gone: list[str] = []  # those of them that have ended
        self._news: SimpleQueue[None] = SimpleQueue()  # wakes who waits for that

    def run(self, workers: int, spare: bool) -> Receipts:
        """Make everything, so many threads at work at a time; a spare one is at work while another waits for the disk.

        What a worker raises is raised here once all have ended; so is a signal's exception.
        """
        self._places = workers
        self._at_work.release(workers)
        try:
            with undisturbed():
                for number in range(workers + spare):
                    self._start(number)
            self._wait()
        finally:
            self._stop()
            with undisturbed():
                self._wait()
            for file in self._open:
                file.close()
        if self._failure is not None:
            raise self._failure
        return self.receipts

    def _start(self, number: int) -> None:
        thread = threading.Thread(target=self._work, name=f"worker-{number}", daemon=True)
        thread.start()
        self._started += 1

    def _wait(self) -> None:
        """Until all workers have ended.

        A signal may raise at any step of this. An interrupted join takes a thread for ended, and a condition may be
        left without its lock; a simple queue has no such step, and what was taken from it in vain is not missed.
        """
        while len(self._gone) < self._started:
            with suppress(Empty):
                self._news.get(timeout=LOOK_S)

    def _work(self) -> None:
        presses: dict[str, Press] = {}
        file: OpenExtract | None = None
        try:
            while (block := self._make_next(file, presses)) is not None:
                file = block.file
                file.settle()
                if block.last:
                    self._finish(file)
        except StoppedError:
            pass
        except BaseException as error:
            with self._lock:
                self._failure = self._failure or error
            self._stop()
        finally:
            self._gone.append(threading.current_thread().name)
            self._news.put(None)

    def _make_next(self, file: OpenExtract | None, presses: dict[str, Press]) -> Block | None:
        """Make and write a block, preferably of this file; None when all is taken."""
        with self._at_work:
            block = self._take(file)
            if block is None:
                return None
            table = block.file.extract.table
            if table not in presses:
                presses[table] = self._formats[table].press()
            written = block.file.put(block.number, presses[table].made(block.start, block.stop))
        self._tally.add(block.stop - block.start, written)
        return block

    def _finish(self, file: OpenExtract) -> None:
        receipt = file.finish()
        with self._lock:
            self.receipts[file.extract.path] = receipt
            self._open.remove(file)

    def _take(self, file: OpenExtract | None) -> Block | None:
        """A block of this file, else of one that nobody has begun, else of the one with the most left to do.

        None when all is taken. A spare thread begins none, so that what is left to begin is shared out late.
        """
        with self._lock:
            if self._stopped.is_set():
                return None
            if file is not None and not file.all_taken:
                return file.take()
            begun = [file for file in self._open if not file.all_taken]
            if len(begun) < self._places and (extract := next(self._waiting, None)) is not None:
                begun = [self._begin(extract)]
            return max(begun, key=lambda file: file.about_left).take() if begun else None

    def _begin(self, extract: Extract) -> OpenExtract:
        target = self._open_target(extract)
        file = OpenExtract(extract, target, self._formats[extract.table], self._block_rows, self._stopped)
        self._open.append(file)
        return file

    def _stop(self) -> None:
        self._stopped.set()
        with self._lock:
            begun = list(self._open)
        for file in begun:
            file.wake()
