"""Results that are kept, and that threads which ask for the same at once do not each work out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

GivenT = ParamSpec("GivenT")
MadeT = TypeVar("MadeT")


def made_once(most: int) -> Callable[[Callable[GivenT, MadeT]], Callable[GivenT, MadeT]]:
    """Keeps so many results of a function of hashable arguments; one thread at a time is in it."""

    def keeping(make: Callable[GivenT, MadeT]) -> Callable[GivenT, MadeT]:
        lock = threading.RLock()

        @lru_cache(maxsize=most)
        def kept(given: tuple[Hashable, ...], named: tuple[tuple[str, Hashable], ...]) -> MadeT:
            return make(*given, **dict(named))  # type: ignore[arg-type]

        @wraps(make)
        def found(*given: GivenT.args, **named: GivenT.kwargs) -> MadeT:
            with lock:
                return kept(given, tuple(sorted(named.items())))

        return found

    return keeping
