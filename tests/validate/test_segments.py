"""Segments have their shares wherever the list of their values is known; elsewhere shares are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from datagen.cli import main
from tests.engine.related import col
from tests.recounts import fetched
from tests.validate.sets import broken, checked, found, make, spoil
from tests.validate.test_rules import put

LISTS: dict[str, dict[str, Any]] = {
    "rows of a vocab": {"choice": {"choices_ref": "rank.code"}},
    "rows of a vocab by weights": {"choice": {"choices_ref": "rank.code", "weights_kind": "zipf@1.1"}},
    "a look-up in a vocab": {"lookup": {"from": "rank.code"}},
    "all that Faker may say": {"faker": {"method": "random_element", "elements": ["gold", "tin", "lead"]}},
}


def ranked(generator: dict[str, Any], *, others: list[dict[str, Any]], **shares: float) -> dict[str, Any]:
    return {
        "metadata": {"name": "ranked"}, "seed": 5, "timeframe": {"start": "2024-01-01", "end": "2024-01-31"},
        "nodes": [
            {"id": "rank", "kind": "vocab", "pk": "code", "columns": [
                col("code", "string", enum_list={"values": ["gold", "tin", "lead"]}),
                col("fee", "int", enum_list={"values": [9, 5, 1]})]},
            {"id": "member", "kind": "entity", "pk": "member_id", "rows": 6000,
             "segment_behavior": {"segment_column": "rank",
                "segments": {name: {"base_probability": share} for name, share in shares.items()}},
             "columns": [col("member_id", "int", sequence={}), col("rank", "string", **generator), *others]},
        ],
        "constraints": {"foreign_keys": [{"from": "member.rank", "to": "rank.code"}]},
    }  # fmt: skip


@pytest.mark.parametrize("generator", LISTS.values(), ids=LISTS)
def test_segments_have_their_shares_wherever_their_list_stands(generator: dict[str, Any], tmp_path: Path) -> None:
    schema = make(ranked(generator, others=[], gold=0.1, tin=0.3, lead=0.6), tmp_path)
    result = checked(schema)
    assert broken(result) == set()
    assert [one.verdict for one in found(result, "weights", "member", "rank")] == ["holds"]
    spoil(schema, "member", put("rank", "if(n % 9 = 0, 'gold', rank)"))
    assert [one.verdict for one in found(checked(schema), "weights", "member", "rank")] == ["broken"]


def test_the_rest_of_a_vocab_shares_what_is_left_by_its_weights(tmp_path: Path) -> None:
    schema = make(ranked(LISTS["rows of a vocab by weights"], others=[], tin=0.3), tmp_path)
    result = checked(schema)
    assert broken(result) == set()
    (file,) = (schema.parent / "set").rglob("member.*")
    counts = dict(fetched(f"select rank, count(*) from '{file}' group by 1"))
    assert counts["tin"] / 6000 == pytest.approx(0.3, abs=0.04)
    assert counts["gold"] / counts["lead"] == pytest.approx(3**1.1, rel=0.2)


def test_shares_of_segments_are_refused_where_the_row_that_is_drawn_matters_elsewhere(tmp_path: Path) -> None:
    """A share would make the fee another rank's."""
    fee = col("fee", "int", lookup={"from": "rank.fee", "on": {"code": "rank"}})
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps(ranked(LISTS["rows of a vocab"], others=[fee], gold=0.1, tin=0.3, lead=0.6)))
    assert main(["generate", str(schema), "-o", str(tmp_path / "set")]) == 2
    assert not (tmp_path / "set").exists()


def test_a_share_of_a_segment_that_its_list_does_not_hold_is_a_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps(ranked(LISTS["rows of a vocab"], others=[], gold=0.1, tinn=0.3)))
    assert main(["check", str(schema)]) == 2
    assert "'tinn' is no value of rank; did you mean 'tin'?" in capsys.readouterr().err
