"""What Spark and the file system say when an input is at fault, in words of ours."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from urllib.parse import unquote

from datagen.errors import UserError
from pipeline.faults import OVERFLOW, TOO_LARGE, said

FILE = re.compile(r"(?:reading file|file) (file:[^\s,]+|hdfs:[^\s,]+)")
CAUSES = {  # what stands in the message -> what is wrong with the file
    "Unexpected end of input stream": "cut off; fetch or make it anew",
    "Unexpected end of ZLIB input stream": "cut off; fetch or make it anew",
    "EOFException": "cut off; fetch or make it anew",
    "not a gzip file": "not gzip, though its name says so",
    "incorrect header check": "not gzip, though its name says so",
    "incorrect data check": "damaged; fetch or make it anew",
    "CRC failure": "damaged; fetch or make it anew",
    "invalid block type": "damaged; fetch or make it anew",
    "invalid stored block": "damaged; fetch or make it anew",
    "invalid distance": "damaged; fetch or make it anew",
    "is not a Parquet file": "not Parquet, though its name says so, or cut off; fetch or make it anew",
    "Could not read footer": "not Parquet, though its name says so, or cut off; fetch or make it anew",
    "CANNOT_READ_FILE_FOOTER": "not Parquet, though its name says so, or cut off; fetch or make it anew",
    "FAILED_READ_FILE.FILE_NOT_EXIST": "gone while it was read; run this again",
    "FileNotFoundException": "gone while it was read; run this again",
    "FAILED_READ_FILE": "damaged; fetch or make it anew",  # whatever the reader of its format says
}


def told(error: BaseException) -> UserError | None:
    """The fault as something the user can put right; None where it is a fault of ours."""
    if isinstance(error, UserError):
        return error
    text = said(error)
    if text is None:
        return None
    if "Permission denied" in text:
        return UserError(f"permission denied: {text.splitlines()[0]}")
    if re.search(OVERFLOW, text):
        return UserError(TOO_LARGE)
    for mark, fault in CAUSES.items():
        if mark in text:
            return UserError(f"{_file(text)}: {fault}")
    return None


def _file(text: str) -> str:
    found = FILE.search(text)
    return PurePosixPath(unquote(found[1].rstrip("."))).name if found else "an input file"
