"""The documents whose rows stand in tests/golden: one for each type of the record dialect, and its variants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from datagen.draws import DRAW_VERSION
from datagen.generators.choice import Choice
from datagen.generators.concat import Concat
from datagen.generators.conditional import ConditionalChoice
from datagen.generators.flag import Flag
from datagen.generators.floats import Exponential, Lognormal, Normal, Uniform
from datagen.generators.geo import Geo
from datagen.generators.instant import Instant
from datagen.generators.mapped import Mapped
from datagen.generators.pattern import Pattern
from datagen.generators.sequence import Sequence
from datagen.generators.uniform_int import UniformInt
from datagen.generators.uuid import Uuid
from datagen.modifiers import Clamp, Nulls, Rounded
from datagen.timeline import Flat, Profile, Ramp
from tests.engine.datasets import MONTH, made, plan

FOLDER = Path(__file__).parent
ROWS = 100_000
SHOWN = (range(12), range(65_530, 65_542), range(ROWS - 3, ROWS))  # the first, those around a block's end, the last
SEED = 43

OFFICE = Profile(
    (0.2,) * 7 + (1.0, 3.0, 5.0, 5.0, 4.0, 3.0, 4.0, 5.0, 5.0, 4.0, 2.0) + (0.5,) * 6, (1.0,) * 5 + (0.3, 0.2)
)
CITY = Choice(("Mumbai", "Delhi", "Pune"), (0.5, 0.3, 0.2))

KINDS: Mapping[str, Mapping[str, Any]] = {
    "uuid": {"id": Uuid(), "nullable": (Uuid(), (Nulls(0.2),))},
    "id_sequence": {"id": Sequence(1, 1), "down": Sequence(10**12, -7)},
    "int": {"dice": UniformInt(1, 6), "any": UniformInt(-(2**63), 2**63 - 1), "skewed": UniformInt(0, 100, 2.5)},
    "float": {
        "uniform": (Uniform(-1.0, 1.0), (Rounded(6),)),
        "normal": (Normal(50.0, 12.5), (Rounded(3),)),
        "lognormal": (Lognormal(3.5, 0.8), (Clamp(10.0, 100.0), Rounded(2))),
        "exponential": (Exponential(0.2), (Rounded(6),)),
    },
    "bool": {"fair": Flag(0.5), "rare": Flag(0.003), "nullable": (Flag(0.9), (Nulls(0.3),))},
    "category": {
        "city": CITY,
        "channel": ConditionalChoice("city", {"Pune": Choice(("POS",), (1.0,))}, Choice(("ECOM", "ATM"), (3.0, 1.0))),
        "size": Choice((1, 2.5, None), (1.0, 1.0, 0.2)),
        "mixed": Choice(("a", 1, True), (1.0, 1.0, 1.0)),
    },
    "string": {"card": Pattern("CARD-{0000-9999}{A-Z}{a-z}", False), "unique": Pattern("{A-Z}{00000-99999}", True)},
    "datetime": {
        "axis": Instant(MONTH, OFFICE, "iso"),
        "uniform": Instant(MONTH, Flat(), "epoch_ms"),
        "ramp": Instant(MONTH, Ramp("up"), "%a %d %B %Y, %I:%M %p"),
        "seasonal": Instant(MONTH, OFFICE, "epoch_s"),
    },
    "geo": {"point": Geo(18.5, 73.7, 18.7, 74.0, 4, True), "text": Geo(-5.0, -6.0, 7.0, 8.0, 6, False)},
    "derived_concat": {
        "city": (CITY, (Nulls(0.2),)),
        "amount": (Uniform(0.0, 100.0), (Rounded(2),)),
        "key": Concat(("city", "amount", "city"), "|"),
    },
    "derived_map": {"city": CITY, "region": Mapped("city", {"Mumbai": "west", "Pune": "west"}, "north")},
}


def rendered(kind: str) -> str:
    """The rows that are shown of a kind, a line each."""
    axis = "axis" if "axis" in KINDS[kind] else None
    whole = plan(KINDS[kind], ROWS, axis=axis, seed=SEED, name="golden")
    return "\n".join([f"draw version {DRAW_VERSION}, seed {SEED}, {ROWS} rows", *_lines(whole)]) + "\n"


def _lines(whole: Any) -> Iterator[str]:
    for shown in SHOWN:
        for number, row in zip(shown, made(whole, shown.start, shown.stop).to_pylist(), strict=True):
            yield f"{number:>6}  " + "  ".join(f"{name}={_text(value)}" for name, value in row.items())


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else repr(value)


if __name__ == "__main__":
    for name in KINDS:
        (FOLDER / f"{name}.txt").write_text(rendered(name), encoding="utf-8")
