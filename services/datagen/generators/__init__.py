"""The table of kinds: what each field type of the record dialect becomes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

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

GENERATORS: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {
        "uuid": (Uuid,),
        "id_sequence": (Sequence,),
        "int": (UniformInt,),
        "float": (Uniform, Normal, Lognormal, Exponential),
        "bool": (Flag,),
        "category": (Choice, ConditionalChoice),
        "string": (Pattern,),
        "datetime": (Instant,),
        "geo": (Geo,),
        "derived_concat": (Concat,),
        "derived_map": (Mapped,),
    }
)
