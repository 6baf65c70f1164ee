"""What is done to a column after it is drawn."""

from datagen.modifiers.cast import Cast
from datagen.modifiers.clamp import Clamp
from datagen.modifiers.jitter import Jitter
from datagen.modifiers.limited import Limited
from datagen.modifiers.linear import Linear
from datagen.modifiers.nulls import Nulls
from datagen.modifiers.remapped import Remapped
from datagen.modifiers.rounded import Rounded

__all__ = ["Cast", "Clamp", "Jitter", "Limited", "Linear", "Nulls", "Remapped", "Rounded"]
