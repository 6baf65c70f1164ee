"""docs/tables.md names every modifier and behaviour with its keys and defaults; its examples are read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from datagen.schema.relational.behaviors import SegmentBehavior, StageConfig, VintageBehavior
from datagen.schema.relational.modifiers import TRANSFORMS, ModifierChoice
from datagen.schema.wording import keys_of

TEXT = (Path(__file__).parents[2] / "docs" / "tables.md").read_text("utf-8")
BEHAVIOURS: dict[str, type[BaseModel]] = {
    "segment_behavior": SegmentBehavior,
    "vintage_behavior": VintageBehavior,
    "stage_config": StageConfig,
}


def section(heading: str) -> str:
    level = heading.count("#")
    _, found, after = TEXT.partition(f"\n{heading}\n")
    assert found, heading
    return re.split(rf"^#{{1,{level}}} ", after, maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("name", TRANSFORMS)
def test_every_modifier_is_told_with_its_arguments(name: str) -> None:
    row = re.search(rf"^\| `{name}` \|([^|]*)\|", section("## Modifiers"), re.MULTILINE)
    assert row is not None
    told = row[1]
    assert {key for key in keys_of(TRANSFORMS[name]) if f"`{key}`" not in told} == set()


@pytest.mark.parametrize("name", ["seasonality", "time_jitter", "outliers", "trend", "effect"])
def test_a_modifier_over_time_has_an_example_that_is_read(name: str) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", section(f"### `{name}`"), re.DOTALL)
    modifier = ModifierChoice.model_validate(json.loads(example))
    assert modifier.transform == name
    TRANSFORMS[name].model_validate(modifier.args)


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_behaviour_has_its_keys_and_an_example_that_is_read(name: str) -> None:
    told = section(f"### `{name}`")
    assert set(re.findall(r"^\| `(\w+)` \|", told, re.MULTILINE)) == set(keys_of(BEHAVIOURS[name]))
    (example,) = re.findall(r"```json\n(.*?)```", told, re.DOTALL)
    BEHAVIOURS[name].model_validate(json.loads(example))
