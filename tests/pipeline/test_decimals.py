"""Numbers exact to their last digit, against Python's decimal: text, doubles, whole numbers and decimals."""

from __future__ import annotations

import random
import re
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

import pytest
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from pipeline.decimals import from_double, from_exact, from_text, text_fault, value_fault
from pipeline.reading import NumberColumn
from pipeline.rounding import EXACT_BELOW
from tests.pipeline.asking import VALUE, answers

pytestmark = pytest.mark.spark
WHOLE = NumberColumn("whole", whole=True, scale=0, exact=True, summed=True)
CENTS = NumberColumn("cents", whole=False, scale=2, exact=True, summed=True)
MICROS = NumberColumn("micros", whole=False, scale=6, exact=True, summed=True)
LOOSE = NumberColumn("loose", whole=False, scale=6, exact=False, summed=True)
COLUMNS = (WHOLE, CENTS, MICROS, LOOSE)
READ = (  # by measures alone
    NumberColumn("whole read", whole=True, scale=0, exact=True, summed=False),
    NumberColumn("cents read", whole=False, scale=2, exact=True, summed=False),
)
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
NOT_FINITE = re.compile("[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
ODD = (
    *("", " ", "\t", "0", "-0", "+0.00", ".5", "5.", ".", "-", "+", "e5", "1e", "1e+", "1.e2", "1.2.3", "--1", "1,5"),
    *(
        "0x10",
        "1_000",
        "1 000",
        "٣",
        "½",
        "1d",
        "1f",
        "1L",
        "$1",
        "1%",
        "null",
        "None",
        "abc",
        "NaN",
        "-nan",
        "Infinity",
    ),
    *(
        "-inf",
        "INF",
        "infinit",
        "1e5",
        "1E-2",
        "1.10e1",
        "1.005e1",
        "0.000e9",
        "1e99",
        "1e-99",
        "1e9999",
    ),
    *(" 1.50 ", "\u00a01", "1.500000000", "1.2300000001", "9223372036854775807", "-9223372036854775808"),
    *("9" * 15, "-" + "9" * 15, "1" + "0" * 15, "-1" + "0" * 15, "9" * 20, "9" * 24 + ".99", "1" + "0" * 24, "1e24"),
    *("0" * 30 + "9" * 15, "0" * 30 + "9" * 16),
    *("9223372036854775808", "1.00", "1.01", "9" * 36, "9" * 37, "9" * 38, "9" * 39, "1" + "0" * 36 + ".00", "0" * 50),
    *(
        "0" * 50 + "1.5",
        "9" * 32 + ".999999",
        "9" * 33 + ".5",
        "1e36",
        "1e35",
        "1e18",
        "1e19",
        "0.0000005",
        "0.0000015",
    ),
)


def random_texts(count: int) -> list[str]:
    draw = random.Random(21)

    def digits(most: int) -> str:
        return "".join(draw.choices("0123456789", k=draw.randrange(most + 1)))

    def one() -> str:
        whole, fraction = digits(draw.choice((1, 5, 19, 21))), digits(draw.choice((0, 2, 3, 8)))
        exponent = f"{draw.choice('eE')}{draw.randrange(-12, 6)}" if draw.random() < 0.2 else ""
        whole += (
            "7" if exponent and not fraction.strip("0") else ""
        )  # zeros that an exponent moves are taken for digits
        return f"{draw.choice(('', '', '-', '+'))}{whole}{'.' if fraction else ''}{fraction}{exponent}"

    return [one() for _ in range(count)]


def judged(text: str, column: NumberColumn) -> tuple[Decimal | None, str | None]:
    """The number a text writes for a column, and what is wrong with it."""
    if not text.strip(" \t\u00a0"):
        return None, None
    if NOT_FINITE.fullmatch(text):
        return None, "not a finite number"
    if not NUMBER.fullmatch(text.strip(" \t")):
        return None, "not a number"
    value = Decimal(text)
    with localcontext(prec=20_000):
        kept = value.quantize(Decimal(1).scaleb(-column.scale), ROUND_HALF_EVEN)
        if column.exact and kept != value:
            return None, "not a whole number" if column.whole else f"more than {column.scale} digits after the point"
        return (kept, None) if summable(kept, column) else (None, "too large to be summed")


def summable(kept: Decimal, column: NumberColumn) -> bool:
    """Of what is summed, sums of thousands of the largest whole numbers, or 10^12 of the largest others, have room."""
    if not column.summed:
        return -(2**63) <= kept < 2**63 if column.whole else abs(kept) < Decimal(10) ** (38 - column.scale)
    return abs(kept) < Decimal(10) ** (15 if column.whole else 26 - column.scale)


def told(found: list[dict[str, Any]]) -> list[list[Any]]:
    return [list(row.values()) for row in found]


def test_a_text_is_the_number_it_writes_or_is_told_why_not(spark: SparkSession) -> None:
    texts = [*ODD, *random_texts(1_500)]
    questions: dict[str, Column] = {}
    for column in (*COLUMNS, *READ):
        value = from_text(F.col(VALUE), column)
        questions[column.name] = value
        questions[f"{column.name} fault"] = F.when(value.isNull(), text_fault(F.col(VALUE), column))
    found = told(answers(spark, texts, questions))
    expected = [[answer for column in (*COLUMNS, *READ) for answer in judged(text, column)] for text in texts]
    wrong = {text: (one, other) for text, one, other in zip(texts, found, expected, strict=True) if one != other}
    assert wrong == {}


def doubles() -> list[float]:
    draw = random.Random(22)
    special = [
        0.0,
        -0.0,
        0.1,
        0.005,
        1.005,
        2.675,
        0.125,
        0.375,
        1e-9,
        5e-324,
        1e15,
        1e17,
        1e22,
        1e35,
        1e36,
        1e38,
        1e300,
    ]
    special += [2.0**53, 2.0**63, -(2.0**63), 123456789.12, 0.1 + 0.2, 1e9 + 0.5, 4.35, 1.1 * 3]
    cents = [draw.randrange(10**12) / 100 for _ in range(300)]
    fine = [draw.randrange(10**12) / 10**6 for _ in range(300)]
    spread = [draw.uniform(-1, 1) * 10 ** draw.randrange(-7, 9) for _ in range(300)]
    whole = [float(draw.randrange(-(2**52), 2**52)) for _ in range(100)]
    return [*special, *(-one for one in special), *cents, *fine, *spread, *whole]


def meant(value: float, column: NumberColumn) -> Decimal | None:
    """The decimal of so many digits to which a double is the nearest, or, where it need not be exact, its rounding."""
    step = Decimal(1).scaleb(-column.scale)
    with localcontext(prec=400):
        near = value
        if abs(value) < EXACT_BELOW / 10**column.scale:
            near = float(Decimal(value).quantize(step, ROUND_HALF_EVEN))
        if column.exact and near != value:
            return None
        kept = Decimal(repr(near)).quantize(step, ROUND_HALF_EVEN)
        return kept if summable(kept, column) else None


def test_a_double_is_the_decimal_it_is_nearest_to(spark: SparkSession) -> None:
    values = doubles()
    found = answers(spark, values, {one.name: from_double(F.col(VALUE), one) for one in COLUMNS}, "double")
    expected = [{column.name: meant(value, column) for column in COLUMNS} for value in values]
    wrong = {value: (one, other) for value, one, other in zip(values, found, expected, strict=True) if one != other}
    assert wrong == {}


def test_what_is_no_finite_double_is_no_number(spark: SparkSession) -> None:
    values = [float("nan"), float("inf"), float("-inf"), 1e37, 0.1234567, None]
    faults = {one.name: value_fault(F.col(VALUE), one) for one in (WHOLE, CENTS)}
    read = {f"{one.name} read": from_double(F.col(VALUE), one) for one in COLUMNS}
    found = answers(spark, values, {**faults, **read}, "double")
    assert [(row["whole"], row["cents"]) for row in found] == [
        *[("not a finite number", "not a finite number")] * 3,
        ("too large to be summed", "too large to be summed"),
        ("not a whole number", "more than 2 digits after the point"),
        (None, None),
    ]
    assert [[row[name] for name in read] for row in found[:3]] == [[None] * 4] * 3


EXACT = {  # as decimal(38, 9) -> for each column; None where it has too many digits
    "1": ("1", "1", "1", "1"),
    "1.50": (None, "1.5", "1.5", "1.5"),
    "1.005": (None, None, "1.005", "1.005"),
    "0.0000005": (None, None, None, "0"),
    "0.0000015": (None, None, None, "0.000002"),
    "-0.0000025": (None, None, None, "-0.000002"),
    "999999999999999": ("999999999999999",) * 4,
    "1000000000000000": (None, *["1000000000000000"] * 3),
    "99999999999999999999": (None, *["99999999999999999999"] * 3),
    "100000000000000000000": (None, "100000000000000000000", None, None),
    "1000000000000000000000000": (None,) * 4,
    "9223372036854775808": (None, *["9223372036854775808"] * 3),
}


def test_a_whole_number_or_decimal_is_itself(spark: SparkSession) -> None:
    questions = {column.name: from_exact(F.col(VALUE), column) for column in COLUMNS}
    found = told(answers(spark, list(map(Decimal, EXACT)), questions, "decimal(38,9)"))
    assert found == [[one and Decimal(one) for one in expected] for expected in EXACT.values()]
    wholes = [0, -1, 10**15 - 1, 1 - 10**15, None]
    assert told(answers(spark, wholes, questions, "bigint")) == [[one] * len(COLUMNS) for one in wholes]


def test_what_is_too_large_to_be_summed_is_told_so_and_read_where_it_is_not_summed(spark: SparkSession) -> None:
    values = [10**15, -(10**15), 2**63 - 1]
    questions = {"value": from_exact(F.col(VALUE), WHOLE), "fault": value_fault(F.col(VALUE), WHOLE)}
    read = {"read": from_exact(F.col(VALUE), READ[0])}
    found = told(answers(spark, values, {**questions, **read}, "bigint"))
    assert found == [[None, "too large to be summed", value] for value in values]
