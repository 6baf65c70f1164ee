"""What both ends of a topic know of a message: the names in it, the topic's own name, and how to reach the brokers.

A message is the row as JSON with two keys more: `event_time`, the replayed instant, and `_replay`, from where and when
it was sent. Nothing here speaks to a broker.
"""

from __future__ import annotations

import re
from pathlib import Path

from datagen.analysis import Analysis
from datagen.errors import UserError

EVENT_TIME = "event_time"  # ISO 8601, UTC, microseconds: the instant at which the row is replayed
REPLAY = "_replay"  # an object of the following
ID = "id"  # which row; null in a heartbeat, which has no row
EPOCH = "epoch"  # which pass over the rows; a row is told by epoch and id
SOURCE_TIME = "source_time"  # the row's own instant
CLOCK = "clock"  # the event clock when it was sent

TIMES_WITHOUT_SCHEMA = ("order_ts", "order_time", "order_date", "timestamp")  # the first that is there is event time
FINGERPRINT_KEY = (
    b"_fingerprint"  # of a first record, whose value is the fingerprint; where the topic's name has it not
)

TRUTH = ("id", "epoch", "fault", "amount")  # the keys of each line of a truth file

_LINE_END = re.compile(r"\r\n|\r|\n")
_CUT_LINE = re.compile(r"(?<!\\)(?:\\\\)*\\$")  # an odd number of backslashes
_KEY = re.compile(r"((?:[^\\=:\s]|\\.)*)(?:[ \t\f]*[=:]|[ \t\f]+|$)[ \t\f]*")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def topic_name(analysis: Analysis) -> str:
    """`card_transactions-440ce423`: another schema is another topic."""
    return f"{analysis.dataset}-{analysis.fingerprint[:8]}"


def kafka_settings(path: Path) -> dict[str, str]:
    """The settings in a file of Kafka's own clients: Java's properties, read as UTF-8. UserError where it is none."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; --kafka-config names a file of Kafka's client settings") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8; --kafka-config names a text file of `name=value` lines") from error
    return properties(text, str(path))


def properties(text: str, source: str = "properties") -> dict[str, str]:
    """Java's properties: `name=value`, `name: value`, `#` or `!` before remarks, a backslash at the end of a line."""
    settings: dict[str, str] = {}
    lines = iter(enumerate(_LINE_END.split(text), 1))
    for number, line in lines:
        line = line.lstrip(" \t\f")
        if not line or line[0] in "#!":
            continue
        while _CUT_LINE.search(line):
            line = line[:-1] + next(lines, (0, ""))[1].lstrip(" \t\f")
        match = _KEY.match(line)
        name = _unescaped(match[1]) if match else ""
        if match is None or not name:
            raise UserError(f"{source}:{number}: {line[:40]!r} is not `name=value`; put # before a remark")
        settings[name] = _unescaped(line[match.end() :])
    return settings


def _unescaped(text: str) -> str:
    plain = _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else _CONTROLS.get(match[2], match[2]), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # Java escapes halves of a character
