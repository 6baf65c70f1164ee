"""Faker made steady and quick: the same values for the same seed in every process, and no list added up twice.

Left to itself it draws some values from the module `random`, which its seeds do not reach; it holds the cities of
Italy in the order of a set of texts, which changes from process to process; and it adds up all weights of a list anew
for every name it draws.
"""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import accumulate
from typing import Any

UNORDERED = {"it_IT": ("cities",)}  # attributes of a locale's providers
SUMS = "_running_sums"  # on a list, where Faker itself keeps its `_key_cache`


@lru_cache(maxsize=64)
def steady_faker(locale: str) -> Any:
    from faker import Faker

    fake = Faker(locale)
    for provider in fake.factories[0].get_providers():
        provider.random_element = _Choice(provider)
        for name in UNORDERED.get(locale, ()):
            if hasattr(provider, name):
                setattr(provider, name, sorted(getattr(provider, name)))
    return fake


@contextmanager
def seeded(locale: str, seed: int) -> Iterator[Any]:
    """The locale's Faker at the beginning of what it makes of a seed. For one thread at a time."""
    before = random.getstate()
    random.seed(seed)
    try:
        fake = steady_faker(locale)
        fake.seed_instance(seed)
        yield fake
    finally:
        random.setstate(before)


class _Choice:
    """A provider's `random_element`: the values that its own would draw from the same state of its generator."""

    def __init__(self, provider: Any) -> None:
        self._provider = provider

    def __call__(self, elements: Any = ("a", "b", "c")) -> Any:
        if not isinstance(elements, OrderedDict) or not self._provider.__use_weighting__:
            return self._provider.random_elements(elements, length=1)[0]
        if not hasattr(elements, SUMS):
            setattr(elements, SUMS, (tuple(elements), tuple(accumulate(elements.values()))))
        values, sums = getattr(elements, SUMS)
        return self._provider.generator.random.choices(values, cum_weights=sums)[0]
