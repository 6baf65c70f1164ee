"""Faker's values are those of the seed, whoever else draws at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from datagen.fakes import drawn


def names(seed: int) -> list[str]:
    return drawn("name", {}, "cs_CZ", seed, 400)


def test_values_drawn_by_several_threads_at_once_are_those_of_one() -> None:
    seeds = range(12)
    alone = [names(seed) for seed in seeds]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(names, seeds)) == alone
