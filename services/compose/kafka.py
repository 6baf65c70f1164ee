"""The broker: one listener for the stack's network, one for programs on the host."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from compose.java import Command
from compose.places import KAFKA
from demo.broker import command_of, prepare
from demo.setup.places import here

ADDRESS = "kafka:9092"
LISTENERS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:9093
listeners=NETWORK://:9092,HOST://:19092,CONTROLLER://127.0.0.1:9093
advertised.listeners=NETWORK://{network},HOST://{host}
controller.listener.names=CONTROLLER
inter.broker.listener.name=NETWORK
listener.security.protocol.map=CONTROLLER:PLAINTEXT,NETWORK:PLAINTEXT,HOST:PLAINTEXT
"""


def broker(environ: Mapping[str, str]) -> Command:
    """It becomes the broker in its folder. KAFKA_ADVERTISED is what a program on the host dials."""
    host = environ.get("KAFKA_ADVERTISED") or "127.0.0.1:19092"
    prepare(KAFKA, LISTENERS.format(network=ADDRESS, host=host))
    command = command_of(Path(environ["JAVA_HOME"], "bin", "java"), here())
    os.chdir(KAFKA)
    return command
