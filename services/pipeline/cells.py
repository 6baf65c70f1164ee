"""The cells of a row before they are judged: one column for each that is read, whatever file it came from.

CSV and JSON give text, Parquet its own types. Beside the cells stands what every reader knows of a row.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

FILE = "file"  # as Spark spells its path
BLOCK = "block"  # where in the file the part begins that one task read
ROW = "row"  # ascending within a block, one a line; its distance to the block's first is the line's
RAW = "raw"  # the text of the record, without its line end
SORT = "sort"  # RECORD, HEADER, BLANK or TORN
FAULT = "fault"  # what is wrong with the record as a whole, else null
MISSING = "missing"  # a bit for each column that is read and has no cell here, by its place in `Reading.names`

RECORD, HEADER, BLANK, TORN = "record", "header", "blank", "torn"
ORIGIN = (FILE, BLOCK, ROW, RAW, SORT)
LONGEST_CELL_BYTES = 65_536
NUL = "\0"


def cell(name: str) -> str:
    """What the cell of a column is called."""
    return f"cell:{name}"


def bad_text(raw: Column) -> Column:
    """What makes a line no text at all, else null."""
    return F.when(F.contains(raw, F.lit(NUL)), "a NUL byte").when(~F.is_valid_utf8(raw), "not UTF-8")


def too_long(raw: Column, names: tuple[str, ...]) -> Column:
    """What is wrong where one of the text cells is too long, else null. A short line has no long cell."""
    fault: Column = F.lit(None).cast("string")
    for name in reversed(names):
        long = F.octet_length(cell(name)) > LONGEST_CELL_BYTES
        fault = F.when(long, f"{name}: longer than 64 KiB").otherwise(fault)
    return F.when(F.octet_length(raw) > LONGEST_CELL_BYTES, fault)
