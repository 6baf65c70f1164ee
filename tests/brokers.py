"""A real Kafka broker for tests: started once a session, killed, frozen and started again by those who ask for it.

A folder's conftest takes the fixture with `from tests.brokers import broker as broker`.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.broker import free_port
from demo.broker_health import answers
from demo.child import Child
from demo.ports import HOST
from demo.setup.java import require
from demo.setup.kafka_jars import jars
from demo.setup.places import here
from demo.setup.system import this_system

PATIENCE_S = 60.0


class TestBroker:
    """One broker in a folder of its own."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"{HOST}:{self.port}"
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        assert self._child, "the broker was not started"
        return self._child

    def start(self, wait: bool = True) -> None:
        environ = {**os.environ, "JAVA_HOME": str(require(os.environ, this_system()).home)}
        command: list[str | Path] = [sys.executable, "-m", "demo.broker", "--folder", self.folder / "kafka"]
        command += ["--port", str(self.port)]
        self._child = Child("kafka", command, log=self.folder / "kafka.log", env=environ, cwd=here().root, append=True)
        if wait:
            self.wait()

    def wait(self) -> None:
        """Until a record can be sent and read back."""
        deadline = time.monotonic() + PATIENCE_S
        while not answers(self.address):
            assert self.child.ended() is None, "\n".join(self.child.tail(20))
            assert time.monotonic() < deadline, "\n".join(self.child.tail(20))
            time.sleep(0.05)

    def stop(self) -> int | None:
        self.thaw()
        self.child.end(grace_s=10)
        return self.child.ended()

    def kill(self) -> None:
        os.kill(self.child.pid, signal.SIGKILL)
        self.child.process.wait()

    def freeze(self) -> None:
        os.kill(self.child.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        if self.child.ended() is None:
            os.kill(self.child.pid, signal.SIGCONT)

    def topic(self, stem: str = "topic") -> str:
        """A name that no other test uses."""
        return f"{stem}-{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestBroker]:
    """Shared: whoever kills or freezes it leaves it working."""
    require_jars()
    made = TestBroker(tmp_path_factory.mktemp("broker"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[TestBroker]:
    """Of one test alone, not yet started."""
    require_jars()
    made = TestBroker(tmp_path)
    yield made
    if made._child:
        made.stop()


def require_jars() -> None:
    """Set-up brings them; they may be absent only where nobody set up, and never in CI."""
    missing = [jar.name for jar in jars(here()) if not jar.is_file()]
    if missing and os.environ.get("CI"):
        pytest.fail(f"the broker's jars are not there: {missing}")
    if missing:
        pytest.skip("the broker's jars are not there; `make setup` fetches them")
