"""A broker that wants TLS and a password, reached by one file of Kafka's client settings, by the replay and the job."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.broker import Broker, free_port
from demo.broker_health import answers
from demo.child import Child
from demo.setup.java import require
from demo.setup.places import here
from demo.setup.system import this_system
from event_generator.kafka_event_producer import __file__ as REPLAY
from streaming.streaming_sales_aggregator import __file__ as JOB
from tests.brokers import PATIENCE_S, require_jars

pytestmark = [pytest.mark.spark, pytest.mark.kafka, pytest.mark.slow]
SCHEMA = here().root / "schemas" / "card_transactions.json"
STORE, WORD = "broker.p12", "secret-word"
SECURED = """\
listeners=PLAINTEXT://127.0.0.1:{inner},SECURE://127.0.0.1:{port},{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{inner},SECURE://127.0.0.1:{port}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL
listener.name.secure.ssl.keystore.type=PKCS12
listener.name.secure.ssl.keystore.location={store}
listener.name.secure.ssl.keystore.password={word}
listener.name.secure.sasl.enabled.mechanisms=PLAIN
listener.name.secure.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
user_demo="{word}";
"""
CLIENT = """\
bootstrap.servers=127.0.0.1:{port}
security.protocol=SASL_SSL
sasl.mechanism=PLAIN
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="demo" password="{word}";
ssl.truststore.type=PEM
ssl.truststore.location={trusted}
default.api.timeout.ms=5000
request.timeout.ms=4000
"""


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[int]:
    """The port of a broker whose certificate is `trusted.pem`."""
    require_jars()
    java = require(os.environ, this_system())
    keytool = str(java.program.with_name("keytool"))
    store = ["-alias", "broker", "-storetype", "PKCS12", "-keystore", str(tmp_path / STORE), "-storepass", WORD]
    name = ["-dname", "CN=127.0.0.1", "-ext", "san=ip:127.0.0.1", "-keyalg", "EC", "-validity", "30"]
    subprocess.run([keytool, "-genkeypair", *store, *name], check=True, capture_output=True)
    exported = subprocess.run([keytool, "-exportcert", "-rfc", *store], check=True, capture_output=True)
    (tmp_path / "trusted.pem").write_bytes(exported.stdout)
    broker, port = Broker(tmp_path / "kafka", free_port()), free_port()
    broker.prepare()
    settings = broker.folder / "server.properties"
    controller = re.search(r"CONTROLLER://[\d.]+:\d+", settings.read_text())
    assert controller
    told = {"inner": broker.port, "port": port, "controller": controller[0], "store": tmp_path / STORE, "word": WORD}
    settings.write_text(settings.read_text() + SECURED.format(**told))
    command: list[str | Path] = list(broker.command(java.program, here()))
    child = Child("kafka", command, log=tmp_path / "kafka.log", env=dict(os.environ), cwd=broker.folder)
    deadline = time.monotonic() + PATIENCE_S
    while not answers(broker.address):
        assert child.ended() is None, "\n".join(child.tail(20))
        assert time.monotonic() < deadline, "\n".join(child.tail(20))
        time.sleep(0.1)
    yield port
    child.end(grace_s=10)


def client(folder: Path, port: int, word: str = WORD) -> Path:
    file = folder / f"{word}.properties"
    file.write_text(CLIENT.format(port=port, word=word, trusted=folder / "trusted.pem"))
    return file


def run(program: str, *options: object, cwd: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, program, *map(str, options)], cwd=cwd, capture_output=True, text=True, timeout=300
    )
    return done.returncode, done.stdout + done.stderr


def test_one_file_of_settings_brings_the_replay_and_the_job_to_it(secured: int, tmp_path: Path) -> None:
    made = [sys.executable, "-m", "datagen", "generate", str(SCHEMA), "--rows", "300", "--seed", "1", "--quiet"]
    subprocess.run([*made, "-o", str(tmp_path / "set")], check=True)
    right, wrong = client(tmp_path, secured), client(tmp_path, secured, "another")
    sending = ["--schema", SCHEMA, "--input", tmp_path / "set", "--state", tmp_path / "sent", "--speed", "0"]
    reading = ["--schema", SCHEMA, "--input", tmp_path / "set", "--once", "--output", "output", "--state", "state"]

    code, said = run(REPLAY, *sending, "--kafka-config", wrong, cwd=tmp_path)
    assert (code, "Traceback" in said) == (2, False), said
    code, said = run(REPLAY, *sending, "--kafka-config", right, cwd=tmp_path)
    assert code == 0, said
    code, said = run(JOB, *reading, "--kafka-config", wrong, "--wait", "0", cwd=tmp_path)
    assert (code, "Traceback" in said) == (2, False), said
    assert "refuse" in said.splitlines()[-1] or "uthentication" in said.splitlines()[-1]
    code, said = run(JOB, *reading, "--kafka-config", right, cwd=tmp_path)
    assert code == 0, said
    (told,) = (tmp_path / "output").rglob("progress.json")
    assert json.loads(told.read_text())["rows"]["windowed"] == 300
