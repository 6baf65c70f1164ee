"""The tables of kinds: what each field type of the record dialect becomes, and each generator of the relational one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from datagen.generators.choice import Choice
from datagen.generators.computed import Computed
from datagen.generators.concat import Concat
from datagen.generators.conditional import ConditionalChoice
from datagen.generators.counts import PoissonCount
from datagen.generators.faked import Faked
from datagen.generators.flag import Flag
from datagen.generators.floats import Exponential, Lognormal, Normal, Uniform
from datagen.generators.geo import Geo
from datagen.generators.instant import Instant
from datagen.generators.listed import Listed
from datagen.generators.lookup import Lookup
from datagen.generators.mapped import Mapped
from datagen.generators.ordered import Ordered
from datagen.generators.pattern import Pattern
from datagen.generators.placed import Placed
from datagen.generators.sequence import Sequence
from datagen.generators.staged import StageIndex, StageName, StageTime
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

RELATIONAL: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {
        "sequence": (Sequence,),
        "choice": (Choice, Lookup),
        "distribution": (Normal, Lognormal, Uniform, PoissonCount),
        "datetime_series": (Instant, Ordered, Placed),
        "faker": (Faked,),
        "lookup": (Lookup,),
        "expression": (Computed,),
        "enum_list": (Listed, Choice),
    }
)
STAGES: tuple[type, ...] = (StageIndex, StageName, StageTime)  # take the place of what a table of stages names
