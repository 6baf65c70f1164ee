"""What is done to a column after it is drawn."""

from datagen.modifiers.cast import Cast
from datagen.modifiers.clamp import Clamp
from datagen.modifiers.jitter import Jitter
from datagen.modifiers.limited import Limited
from datagen.modifiers.linear import Linear
from datagen.modifiers.not_before import NotBefore
from datagen.modifiers.nulls import Nulls
from datagen.modifiers.remapped import Remapped
from datagen.modifiers.rounded import Rounded
from datagen.modifiers.scaled import Scaled
from datagen.modifiers.time_jitter import TimeJitter

__all__ = [
    "Cast",
    "Clamp",
    "Jitter",
    "Limited",
    "Linear",
    "NotBefore",
    "Nulls",
    "Remapped",
    "Rounded",
    "Scaled",
    "TimeJitter",
]
