"""Ctrl-C and SIGTERM end a run by one exception, which waits for what must not be cut in two."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(BaseException):  # nobody's fault, and nothing may take it for an error
    """The user or the system ended the run."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


class _State:
    """Signals are the process's, so this is too; only the main thread touches it."""

    undisturbed = 0
    waiting: int | None = None


def listen() -> None:
    """From now on a signal raises Stopped in the main thread, once; later ones are too late to matter."""
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _on_signal)


@contextmanager
def undisturbed() -> Iterator[None]:
    """A signal that arrives within is acted upon at its end, or by `stop_if_told` and `disturbable` within."""
    _State.undisturbed += 1
    try:
        yield
    finally:
        _State.undisturbed -= 1
        if not _State.undisturbed:
            stop_if_told()


@contextmanager
def disturbable() -> Iterator[None]:
    """The part of what is undisturbed that may be cut short."""
    before = _State.undisturbed
    try:
        _State.undisturbed = 0
        stop_if_told()
        yield
    finally:
        _State.undisturbed = before


def stop_if_told() -> None:
    """Act upon a signal that waits."""
    if _State.waiting is not None:
        number, _State.waiting = _State.waiting, None
        raise Stopped(number)


def _on_signal(number: int, _: FrameType | None) -> None:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    if _State.undisturbed:
        _State.waiting = number
    else:
        raise Stopped(number)
