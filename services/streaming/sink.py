"""The files that Spark's Parquet sink has committed, in the order of batches: only its log tells which count.

`_spark_metadata/<batch>` lists a batch's files; `<batch>.compact` all files up to and with that batch.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from streaming.shelves import Shelf

LOG, COMPACT = "_spark_metadata", ".compact"


class ForgottenError(Exception):
    """The log was compacted beyond the batch that is asked for; a newer one can be asked for."""


@dataclass(frozen=True, slots=True)
class _Entry:
    batch: int
    name: str


class Sink:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def newest(self) -> int | None:
        """The newest batch in the log, committed by the query or not."""
        return max((entry.batch for entry in self._log()), default=None)

    def files(self, batch: int, known: int) -> list[str]:
        """The names of all files up to and with a batch, but for the first `known`."""
        log = [entry for entry in self._log() if entry.batch <= batch]
        compact = max((entry for entry in log if entry.name.endswith(COMPACT)), key=_batch, default=None)
        after = compact.batch if compact else -1
        singles = sorted((entry for entry in log if entry.batch > after), key=_batch)
        if [entry.batch for entry in singles] != list(range(after + 1, batch + 1)):
            raise ForgottenError(f"{self._shelf.path}/{LOG}: not every batch up to {batch}")
        files = [name for entry in ([compact] if compact else []) + singles for name in self._listed(entry.name)]
        return files[known:]

    def read(self, name: str) -> pa.Table:
        return pq.read_table(BytesIO(self._shelf.read(name)))

    def undo(self, batch: int) -> None:
        """Takes a batch's entry out of the log, and its files away, so that Spark runs the batch again."""
        for entry in self._log():
            if entry.batch == batch:
                if not entry.name.endswith(COMPACT):
                    for name in self._listed(entry.name):
                        self._shelf.remove(name)
                for name in (entry.name, f".{entry.name}.crc"):
                    self._shelf.remove(f"{LOG}/{name}")

    def _log(self) -> list[_Entry]:
        names = self._shelf.names(LOG)
        batches = ((name.removesuffix(COMPACT), name) for name in names)
        return [_Entry(int(number), name) for number, name in batches if number.isdigit()]

    def _listed(self, name: str) -> list[str]:
        """The names of the files in an entry of the log; it spells their paths as URIs of where it was written."""
        version, *lines = self._shelf.read(f"{LOG}/{name}").decode().splitlines()
        assert version == "v1", version
        paths = (urlsplit(json.loads(line)["path"]).path for line in lines)
        return [unquote(path).rpartition("/")[2] for path in paths]


def _batch(entry: _Entry) -> int:
    return entry.batch
