"""Laws of what is made once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from datagen.made_once import made_once


def test_threads_that_ask_at_once_have_it_made_once() -> None:
    calls: list[tuple[int, int]] = []
    together = threading.Barrier(4)

    @made_once(8)
    def product(one: int, other: int = 2) -> int:
        calls.append((one, other))
        threading.Event().wait(0.05)  # the others have time to come
        return one * other

    def ask(_: int) -> int:
        together.wait()
        return product(21)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == [42] * 4
    assert calls == [(21, 2)]
    assert (product(21, other=3), product(21)) == (63, 42)
    assert calls == [(21, 2), (21, 3)]


def test_no_more_is_kept_than_asked() -> None:
    calls: list[int] = []

    @made_once(2)
    def same(number: int) -> int:
        calls.append(number)
        return number

    assert [same(number) for number in (1, 2, 1, 3, 1, 2)] == [1, 2, 1, 3, 1, 2]
    assert calls == [1, 2, 3, 2]
