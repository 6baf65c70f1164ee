"""kafka-python's producer, and how to be rid of one that is stuck."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, Protocol

from kafka import KafkaProducer
from kafka.errors import KafkaError

from event_generator.client_settings import Client

BOOTSTRAP_MS = 3_000
TUNING = {"linger_ms": 20, "batch_size": 1 << 19, "compression_type": "lz4", "metrics_enabled": False}


class Future(Protocol):
    """What a producer gives for each message."""

    is_done: bool
    exception: BaseException | None

    def get(self, timeout: float) -> Any: ...


class Producer(Protocol):
    """As much of kafka-python's as is used."""

    def send(self, topic: str, value: bytes, *, key: bytes | None, partition: int, timestamp_ms: int) -> Future: ...

    def flush(self, timeout: float) -> Any: ...

    def close(self, timeout: float) -> None: ...

    def give_up(self) -> None: ...


class ReplayProducer(KafkaProducer):  # type: ignore[misc]
    """Closing one of kafka-python's waits for what is in flight, and fails with its thread still alive."""

    def give_up(self) -> None:
        """Ends its thread; what is in flight may arrive or not."""
        if self._sender is not None:
            self._sender.force_close()
            self._sender.join(1)
        with contextlib.suppress(KafkaError):
            self.close(timeout=0)

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            super().__del__()


def connector(client: Client) -> Callable[[], Producer]:
    """Every call makes a producer that waits for all replicas and lets no retry double a message."""
    settings = {"bootstrap_timeout_ms": BOOTSTRAP_MS, "max_block_ms": BOOTSTRAP_MS, **TUNING}
    given = {**settings, **client.reach, **client.producer, "acks": "all", "enable_idempotence": True}
    return lambda: ReplayProducer(**given)
