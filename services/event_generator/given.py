"""What a replay is of: the schema's analysis where there is one, the extracts, and the columns that matter."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datagen.analysis import Analysis
from datagen.errors import UserError
from datagen.messages import topic_name
from datagen.schema import read_schema
from datagen.schema.names import slug
from datagen.waiting import wait_for
from event_generator import columns as looked_at
from event_generator import extracts
from event_generator.columns import Columns
from event_generator.extracts import Extracts, NothingThereError
from event_generator.options import Options
from event_generator.pace import Time

Say = Callable[[str], None]

TOPIC = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}")


@dataclass(frozen=True, slots=True)
class Given:
    dataset: str
    analysis: Analysis | None
    document: Mapping[str, Any]
    seed: int
    extracts: Extracts
    columns: Columns
    topic: str
    named_by_hand: bool  # the topic's name does not say the fingerprint

    @property
    def fingerprint(self) -> str | None:
        return self.analysis.fingerprint if self.analysis else None


def given(options: Options, time: Time, say: Say) -> Given:
    """Waits for extracts, if need be. UserError for what cannot be replayed."""
    if options.topic is not None and not TOPIC.fullmatch(options.topic):
        raise UserError(f"{options.topic!r} is no name of a topic; use letters, digits, `.`, `_` and `-`, at most 249")
    if options.schema is None:
        return _without_schema(options, time, say)
    dataset = read_schema(options.schema)
    analysis = dataset.analysis
    if analysis.timestamp_field is None or analysis.stream is None:
        raise UserError(
            f"{options.schema}: analysis names no timestamp_field, so nothing says when an event is due; add a datetime"
        )
    folder = options.input or Path("data/input", dataset.name)
    found = _wait(lambda: extracts.find(folder, dataset.name, analysis.table), options, time, say)
    if found.manifest is not None:
        dataset = read_schema(options.schema, fill=found.manifest.filling)
        analysis = dataset.analysis
    _require_column(options.key, analysis)
    columns = looked_at.of_analysis(analysis, options.key)
    topic = options.topic or topic_name(analysis)
    by_hand = topic != topic_name(analysis)
    return Given(dataset.name, analysis, dataset.document, dataset.seed, found, columns, topic, by_hand)


def _without_schema(options: Options, time: Time, say: Say) -> Given:
    folder = options.input or Path("data/input")
    found = _wait(lambda: extracts.find(folder, None, None), options, time, say)
    name = slug(folder.absolute().name) or "events"
    return Given(
        name,
        None,
        {},
        0,
        found,
        looked_at.without_schema(options.key),
        options.topic or name,
        options.topic is not None,
    )


def _require_column(key: str | None, analysis: Analysis) -> None:
    names = [column.name for column in analysis.columns]
    if key is not None and looked_at.fold(key) not in map(looked_at.fold, names):
        raise UserError(f"--key: no column {key!r}; known: {', '.join(names)}")


def _wait(look: Callable[[], Extracts], options: Options, time: Time, say: Say) -> Extracts:
    return wait_for(
        look, NothingThereError, options.wait_s, say, what="extracts", monotonic=time.monotonic, sleep=time.sleep
    )
