"""Faker's values are those of the seed, whoever else draws at the same time and in whatever process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from faker import Faker

from datagen.fakes import drawn

LEFT_TO_CHANCE = [  # by Faker itself: by the module `random`, or by the order of a set
    *("en_US.passport_gender", "uk_UA.license_plate", "uk_UA.ssn", "th_TH.ssn", "es_ES.nif", "es_MX.curp"),
    "it_IT.city",
]
DRAW = """
import json, sys
from datagen.fakes import drawn
named = [one.split(".") for one in sys.argv[1:]]
print(json.dumps([drawn(method, {}, locale, 7, 6) for locale, method in named]))
"""


def names(seed: int) -> list[str]:
    return drawn("name", {}, "cs_CZ", seed, 400)


def test_values_drawn_by_several_threads_at_once_are_those_of_one() -> None:
    seeds = range(12)
    alone = [names(seed) for seed in seeds]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(names, seeds)) == alone


def test_values_that_faker_leaves_to_chance_are_the_same_in_every_process() -> None:
    first, second = (in_a_process(hash_seed) for hash_seed in ("1", "2"))
    assert first == second
    assert all(len(set(values)) > 1 for values in first)


def in_a_process(hash_seed: str) -> list[list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", DRAW, *LEFT_TO_CHANCE],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    made: list[list[str]] = json.loads(done.stdout)
    return made


@pytest.mark.parametrize("locale", ["en_US", "de_DE", "ja_JP", "pl_PL"])
@pytest.mark.parametrize("method", ["name", "first_name", "company", "job", "city", "prefix", "color_name"])
def test_names_drawn_with_their_sums_kept_are_those_that_faker_draws(method: str, locale: str) -> None:
    plain: Any = Faker(locale)
    plain.seed_instance(3)
    assert drawn(method, {}, locale, 3, 200) == [getattr(plain, method)() for _ in range(200)]
