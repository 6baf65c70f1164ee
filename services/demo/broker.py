"""One real Kafka broker on this machine: `python -m demo.broker --folder data/state/kafka --port 9092`.

It prepares its folder, holds the folder's lock and becomes the broker's virtual machine, lock and all: whatever ends
the broker frees its folder.
"""

from __future__ import annotations

import base64
import os
import socket
import sys
import uuid
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click

from datagen import console
from datagen.sinks import locks
from datagen.sinks.faults import told
from demo.ports import HOST, require_free
from demo.setup.java import require
from demo.setup.kafka_jars import class_path, virtual_machine
from demo.setup.places import Places, here
from demo.setup.system import this_system

PORT = 9092
HEAP = ("-Xms64m", "-Xmx256m")
LOG4J = Path(__file__).with_name("kafka_log4j2.properties")
SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
"""
ALONE = """\
log.dirs=log
auto.create.topics.enable=false
log.retention.ms=-1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
num.network.threads=1
num.io.threads=2
background.threads=2
num.recovery.threads.per.data.dir=1
log.cleaner.dedupe.buffer.size=4194304
log.cleaner.io.buffer.size=131072
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
"""  # a broker that has no other beside it, and little to do
IDENTITY = "version=1\ncluster.id={cluster}\nnode.id=1\ndirectory.id={directory}\n"


@dataclass(frozen=True)
class Broker:
    """One broker's folder and port."""

    folder: Path
    port: int

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    def prepare(self) -> None:
        """Writes its settings, and once and for all who it is: a log under another identity is not served."""
        prepare(self.folder, SETTINGS.format(host=HOST, port=self.port, controller_port=free_port()))

    def command(self, java: Path, places: Places, noting: Path | None = None) -> list[str]:
        return command_of(java, places, noting)


def prepare(folder: Path, listeners: str) -> None:
    """A broker's folder: its settings, of which the caller gives how it is reached, and who it is."""
    with told(folder):
        (folder / "log").mkdir(parents=True, exist_ok=True)
        identity = folder / "log" / "meta.properties"
        if not identity.exists():
            _put(identity, IDENTITY.format(cluster=_new_id(), directory=_new_id()))
        _put(folder / "server.properties", listeners + ALONE)


def command_of(java: Path, places: Places, noting: Path | None = None) -> list[str]:
    """To be run in the folder: no path of this machine has to be spelled in a file that Java reads."""
    options = (*HEAP, *virtual_machine(places, noting), f"-Dlog4j2.configurationFile={LOG4J.as_uri()}")
    return [str(java), *options, "-cp", class_path(places), "kafka.Kafka", "server.properties"]


def become(broker: Broker, places: Places, environ: Mapping[str, str]) -> None:
    """This process turns into the broker. UserError where it cannot, HeldError where one is on that folder."""
    with told(broker.folder):
        broker.folder.mkdir(parents=True, exist_ok=True)
    lock = locks.acquire(broker.folder / "lock")
    require_free(broker.port, "--port", "DEMO_KAFKA_PORT")
    java = _java(environ)
    command = broker.command(java, places)
    broker.prepare()
    lock.keep_through_exec()
    os.chdir(broker.folder)
    utf_8 = {} if sys.platform == "darwin" else {"LC_ALL": "C.UTF-8"}  # how Java spells the folder's own name
    os.execve(java, command, {**environ, **utf_8})


def _java(environ: Mapping[str, str]) -> Path:
    """Whoever set JAVA_HOME here has looked at it."""
    named = Path(environ.get("JAVA_HOME", ""), "bin", "java")
    return named if named.is_file() else require(environ, this_system()).program


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _new_id() -> str:
    """As Kafka writes a UUID; it takes none that begins with a hyphen."""
    while (text := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return text


def _put(path: Path, text: str) -> None:
    """Old or new, never half."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text, "ascii")
    os.replace(partial, path)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--folder", type=click.Path(path_type=Path), default=Path("data/state/kafka"), show_default=True)
@click.option("--port", envvar="DEMO_KAFKA_PORT", type=click.IntRange(1, 65535), default=PORT, show_default=True)
def command(folder: Path, port: int) -> None:
    """One Kafka broker for this machine alone, in the foreground."""
    become(Broker(folder.absolute(), port), here(), os.environ)


def main() -> int:
    return console.run(command, "demo.broker")


if __name__ == "__main__":
    sys.exit(main())
