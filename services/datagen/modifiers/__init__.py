"""What is done to a column after it is drawn."""

from datagen.modifiers.clamp import Clamp
from datagen.modifiers.nulls import Nulls
from datagen.modifiers.rounded import Rounded

__all__ = ["Clamp", "Nulls", "Rounded"]
