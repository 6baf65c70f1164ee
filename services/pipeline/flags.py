"""True and false as people write them."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from pipeline.texts import trimmed

TRUE = ("true", "t", "yes", "y", "1")
FALSE = ("false", "f", "no", "n", "0")


def flag(text: Column) -> Column:
    """The boolean a text spells, in any case; null where it spells none. The usual two spellings cost least."""
    place = F.find_in_set(F.lower(trimmed(text)), F.lit(",".join((*TRUE, *FALSE))))
    spelled = F.when(place > 0, place <= len(TRUE))
    return F.when(text == TRUE[0], True).when(text == FALSE[0], False).otherwise(spelled)
