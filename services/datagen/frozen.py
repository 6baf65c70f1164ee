"""Faker's own idea of now, held at one instant: some of its methods count from today, and rows must not."""

from __future__ import annotations

import datetime as real
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

_LOCK = threading.RLock()  # of the modules that are changed


class _AlikeTime(type):
    """What the plain class is an instance of, this one is too."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, real.datetime)


class _AlikeDate(type):
    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, real.date)


@contextmanager
def now_is(instant: real.datetime) -> Iterator[None]:
    """Within, every module of Faker's providers takes `instant` (UTC) for now; one thread at a time."""
    stand_ins = _stand_ins(instant)
    with _LOCK:
        changed = [(module, name, value) for module in _providers() for name, value in _clocks(module, stand_ins)]
        for module, name, value in changed:
            setattr(module, name, stand_ins[id(value)])
        try:
            yield
        finally:
            for module, name, value in changed:
                setattr(module, name, value)


def _stand_ins(instant: real.datetime) -> dict[int, Any]:
    """By the identity of what each stands for."""

    class Time(real.datetime, metaclass=_AlikeTime):
        @classmethod
        def now(cls, tz: real.tzinfo | None = None) -> Any:
            moment = instant.astimezone(tz or real.UTC)
            return cls.combine(moment.date(), moment.time(), tz)

        @classmethod
        def utcnow(cls) -> Any:
            return cls.now()

        @classmethod
        def today(cls) -> Any:
            return cls.now()

    class Day(real.date, metaclass=_AlikeDate):
        @classmethod
        def today(cls) -> Any:
            return cls(instant.year, instant.month, instant.day)

    names = {name: getattr(real, name) for name in real.__all__}
    module = SimpleNamespace(**{**names, "datetime": Time, "date": Day})
    return {id(real.datetime): Time, id(real.date): Day, id(real): module}


def _providers() -> list[Any]:
    return [module for name, module in list(sys.modules.items()) if name.startswith("faker.providers") and module]


def _clocks(module: Any, stand_ins: dict[int, Any]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in vars(module).items() if id(value) in stand_ins]
