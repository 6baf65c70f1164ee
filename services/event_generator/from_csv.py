"""CSV (RFC 4180) as columns of text: what a value means is its reader's business."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.csv as pc

from datagen.errors import UserError
from event_generator.columns import Columns, fold
from event_generator.extracts import Extract
from event_generator.raw import BLOCK_BYTES, BLOCK_ROWS, Lines, Names, Read


def csv_batches(extract: Extract, columns: Columns, only: Names = None) -> Iterator[Read]:
    """Rows with too many or too few fields are broken; so is none else. `only` names the columns to read, folded."""
    header = _header(extract)
    kept = [place for place, name in enumerate(header) if only is None or fold(name) in only] or [0]
    names = [header[place] for place in kept]
    broken: Lines = []
    columns_read = [str(place) for place in range(len(header))]  # a name may stand there in two spellings

    def note(row: pc.InvalidRow) -> str:
        broken.append(str(row.text).encode("utf-8", "surrogateescape"))
        return "skip"

    options = {
        "read_options": pc.ReadOptions(
            column_names=columns_read, skip_rows_after_names=1, block_size=BLOCK_BYTES, use_threads=False
        ),
        "parse_options": pc.ParseOptions(newlines_in_values=True, invalid_row_handler=note),
        "convert_options": pc.ConvertOptions(
            include_columns=[str(place) for place in kept],
            column_types=dict.fromkeys(columns_read, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            check_utf8=False,
        ),
    }
    with pa.input_stream(extract.path, compression="gzip" if extract.gzip else None) as stream:
        reader = _opened(stream, options)
        for batch in reader or ():
            for start in range(0, batch.num_rows, BLOCK_ROWS):
                part = batch.slice(start, BLOCK_ROWS)
                yield Read(pa.record_batch(part.columns, names), [])
            if broken:
                yield Read(pa.record_batch([], []), broken.copy())
                broken.clear()


def _opened(stream: pa.NativeFile, options: dict[str, object]) -> pc.CSVStreamingReader | None:
    """None where there is a header alone."""
    try:
        return pc.open_csv(stream, **options)
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return None
        raise


def _header(extract: Extract) -> list[str]:
    """The trimmed names in the first record."""
    with (gzip.open if extract.gzip else open)(extract.path, "rb") as file:
        text = io.TextIOWrapper(file, "utf-8-sig", "replace", newline="")
        try:
            names = [name.strip() for name in next(csv.reader(text), [])]
        except csv.Error as error:
            raise UserError(f"{extract.path}: its header cannot be read ({error}); make it anew") from error
    if not any(names):
        raise UserError(f"{extract.path}: no header; its first line names the columns")
    twice = [name for name, count in Counter(map(fold, names)).items() if count > 1]
    if twice:
        raise UserError(f"{extract.path}: the header names {twice[0]!r} twice; leave one of them")
    return names
