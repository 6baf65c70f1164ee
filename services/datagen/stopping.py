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
    """A signal that arrives within is acted upon at its end."""
    _State.undisturbed += 1
    try:
        yield
    finally:
        _State.undisturbed -= 1
        if _State.waiting is not None and not _State.undisturbed:
            number, _State.waiting = _State.waiting, None
            raise Stopped(number)


def _on_signal(number: int, _: FrameType | None) -> None:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    if _State.undisturbed:
        _State.waiting = number
    else:
        raise Stopped(number)
