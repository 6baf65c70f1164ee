"""Schemas that Hypothesis writes: any kinds under any names, later columns reading earlier ones."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from datagen.generators.base import Generator, Scalar
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
from datagen.model import Window
from datagen.modifiers import Clamp, Nulls, Rounded
from datagen.modifiers.base import Modifier
from datagen.timeline import Flat, Profile, Ramp
from tests.engine.datasets import START_US

INT64 = st.integers(-(2**63), 2**63 - 1)
PROBABILITIES = st.sampled_from([0.0, 0.003, 0.25, 0.5, 0.999, 1.0]) | st.floats(0, 1)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
SCALARS: st.SearchStrategy[Scalar] = st.one_of(
    TEXTS, st.integers(-1000, 1000), st.booleans(), st.none(), st.floats(-100, 100).map(lambda x: round(x, 2) + 0.0)
)
FORMATS = st.sampled_from(["iso", "epoch_s", "epoch_ms", "%Y-%m-%d %H:%M:%S.%f", "%d/%b/%y %I %p", "%A, %j%%", "%T"])
PATTERNS = st.lists(
    st.sampled_from(["{A-Z}", "{a-z}", "{00-99}", "{0000-9999}", "{7-12}", "{000000-123456}", "-", "ü", "{x}"]),
    max_size=6,
).map("".join)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    start = START_US + draw(st.integers(-(2**50), 2**50))
    length = draw(
        st.sampled_from([0, 1, 59, 3_599_999_999, 3_600_000_000, 86_400_000_000]) | st.integers(0, 40 * 86_400_000_000)
    )
    return Window(start, start + length)


@st.composite
def curves(draw: st.DrawFn) -> Flat | Ramp | Profile:
    weight = st.floats(0.01, 10)
    profiles = st.builds(
        lambda hours, days: Profile(tuple(hours), tuple(days)),
        st.lists(weight, min_size=24, max_size=24),
        st.lists(weight, min_size=7, max_size=7),
    )
    return draw(st.one_of(st.just(Flat()), st.sampled_from([Ramp("up"), Ramp("down")]), profiles))


@st.composite
def choices(draw: st.DrawFn) -> Choice:
    values = draw(
        st.lists(TEXTS, min_size=1, max_size=6)
        | st.lists(st.integers(-9, 9), min_size=1, max_size=6)
        | st.lists(SCALARS, min_size=1, max_size=6)
    )
    weights = draw(st.lists(st.sampled_from([0.001, 0.5, 1.0, 7.0]), min_size=len(values), max_size=len(values)))
    return Choice(tuple(values), tuple(weights))


WHOLE = st.integers(-(10**6), 10**6)
ORDERED = st.tuples(WHOLE, WHOLE).map(sorted).map(lambda ends: (ends[0] - 0.25, ends[1] + 0.125))
FLOATS: st.SearchStrategy[Generator] = st.one_of(
    ORDERED.map(lambda ends: Uniform(*ends)),
    st.builds(Normal, st.floats(-1e6, 1e6), st.floats(0, 1e6)),
    st.builds(Lognormal, st.floats(-5, 10), st.floats(0, 2)),
    st.builds(Exponential, st.floats(1e-3, 1e3)),
)
ALONE: st.SearchStrategy[Generator] = st.one_of(
    st.just(Uuid()),
    st.builds(Sequence, st.integers(-(10**12), 10**12), st.integers(-1000, 1000)),
    st.tuples(INT64, INT64).map(sorted).map(lambda ends: UniformInt(*ends)),
    st.builds(UniformInt, st.just(1), st.integers(1, 50), st.floats(0.1, 8)),
    st.builds(Flag, PROBABILITIES),
    choices(),
    st.builds(Pattern, PATTERNS, st.just(False)),
    st.builds(Pattern, PATTERNS.map(lambda text: text + "{0000-9999}{a-z}{00-99}"), st.just(True)),
    st.builds(Instant, windows(), curves(), FORMATS),
    st.builds(
        Geo,
        st.floats(-90, 90),
        st.floats(-180, 180),
        st.floats(-90, 90),
        st.floats(-180, 180),
        st.integers(0, 7),
        st.booleans(),
    ),
)


def reading(names: list[str]) -> st.SearchStrategy[Generator]:
    """Generators that read some of these columns."""
    name = st.sampled_from(names)
    tables = st.dictionaries(TEXTS, choices(), max_size=3)
    return st.one_of(
        st.builds(Concat, st.lists(name, min_size=1, max_size=4).map(tuple), st.sampled_from(["", "-", " | ", "é"])),
        st.builds(Mapped, name, st.dictionaries(TEXTS, SCALARS, max_size=4), SCALARS),
        st.builds(ConditionalChoice, name, tables, choices()),
    )


Kind = tuple[Generator, tuple[Modifier, ...]]


@dataclass(frozen=True)
class Schema:
    kinds: dict[str, Kind]
    axis: str | None
    seed: int


@st.composite
def schemas(draw: st.DrawFn, *, with_axis: bool = True) -> Schema:
    kinds: dict[str, Kind] = {}
    for name in draw(st.lists(NAMES, min_size=1, max_size=6, unique=True)):
        generator = draw(st.one_of(ALONE, FLOATS, reading([*kinds])) if kinds else st.one_of(ALONE, FLOATS))
        modifiers: list[Modifier] = []
        if isinstance(generator, Uniform | Normal | Lognormal | Exponential):
            modifiers += draw(st.lists(ORDERED.map(lambda ends: Clamp(*ends)), max_size=1))
            modifiers.append(Rounded(draw(st.sampled_from([0, 2, 6]))))
        modifiers += draw(st.lists(st.builds(Nulls, PROBABILITIES), max_size=1))
        kinds[name] = (generator, tuple(modifiers))
    instants = [name for name, (generator, _) in kinds.items() if isinstance(generator, Instant)]
    axis = draw(st.sampled_from([None, *instants])) if with_axis else None
    return Schema(kinds, axis, draw(st.integers(0, 2**63)))
