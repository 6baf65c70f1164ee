"""White space and flags, against Python's own."""

from __future__ import annotations

import random
import sys
from itertools import product

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from pipeline.flags import FALSE, TRUE, flag
from pipeline.texts import WHITE, is_blank, trimmed
from tests.pipeline.asking import VALUE, answers

SPELLED = {**dict.fromkeys(TRUE, True), **dict.fromkeys(FALSE, False)}
NO_FLAGS = (
    "",
    " ",
    "maybe",
    "2",
    "10",
    "01",
    "true,t",
    ",",
    "tr ue",
    "truefalse",
    "0.0",
    "on",
    "off",
    "ye\u017f",
    "\u0661",
)


def test_white_space_is_what_python_calls_so_and_the_byte_order_mark() -> None:
    assert {one for one in map(chr, range(sys.maxunicode)) if one.isspace()} | {"\ufeff"} == set(WHITE)


@pytest.mark.spark
def test_text_is_trimmed_of_white_space_alone(spark: SparkSession) -> None:
    draw = random.Random(3)
    alphabet = WHITE + "a!~\x7f\x80é東\U0001f600\u200b\0\b"
    texts = ["", *alphabet, *("".join(draw.choices(alphabet, k=draw.randrange(1, 6))) for _ in range(2_000))]
    found = answers(spark, [*texts, None], {"trimmed": trimmed(F.col(VALUE)), "blank": is_blank(F.col(VALUE))})
    assert found.pop() == {"trimmed": None, "blank": True}
    assert found == [{"trimmed": text.strip(WHITE), "blank": not text.strip(WHITE)} for text in texts]


@pytest.mark.spark
def test_a_flag_is_read_in_any_case_and_nothing_else_is_one(spark: SparkSession) -> None:
    spelled: dict[str | None, bool | None] = {
        f"{before}{''.join(letters)}{after}": meant
        for word, meant in SPELLED.items()
        for letters in product(*((one.lower(), one.upper()) for one in word))
        for before, after in (("", ""), (" ", "\t"), ("\u00a0", "\ufeff"))
    }
    expected: dict[str | None, bool | None] = {**spelled, **dict.fromkeys(NO_FLAGS), None: None}
    found = answers(spark, list(expected), {"flag": flag(F.col(VALUE))})
    assert {text: row["flag"] for text, row in zip(expected, found, strict=True)} == expected
