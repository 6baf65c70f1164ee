"""What columns of messages and of events are called, beside those of `pipeline.cleansing` and `datagen.messages`."""

from __future__ import annotations

from pipeline.cells import FILE

# Of a record, as Spark's connector gives it.
PARTITION, OFFSET, TIMESTAMP, KEY, VALUE = "partition", "offset", "timestamp", "key", "value"

MESSAGE = FILE  # a struct: where the message stands, and what its sender says of it
SENT = "sent"  # in it: what the sender says
USUAL = "usual"  # in it: what a usual message says, as a struct; null where the message is not usual
IDENTITY = "identity"  # with the epoch, what tells an event from its repeats; nobody reads a heartbeat's
CLOCK_US = "clock_us"  # the message's own clock
HEARTBEAT = "heartbeat"  # a fate beside COUNTED and QUARANTINED: moves the watermark, is no row and is not counted
