"""Text as people type it: white space around it, nothing in it."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

# What Unicode calls white space, and the byte order mark in its old use as a space.
WHITE = (
    " \t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)


FIRST_INK, AFTER_INK = "!", "\x7f"  # what is printed in ASCII, in the order of bytes


def trimmed(text: Column) -> Column:
    """Without white space at either end. Most text has none, which is told from its first and last byte."""
    return F.when(_inked(text) & _inked(F.right(text, F.lit(1))), text).otherwise(F.btrim(text, F.lit(WHITE)))


def is_blank(text: Column) -> Column:
    """Null, empty or white space alone. Never null."""
    return text.isNull() | (~_inked(text) & (F.btrim(text, F.lit(WHITE)) == ""))


def _inked(text: Column) -> Column:
    """Whether a text begins with a printed ASCII character."""
    return (text >= FIRST_INK) & (text < AFTER_INK)
