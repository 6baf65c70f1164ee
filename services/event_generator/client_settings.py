"""Settings of Kafka's own clients, in the words of kafka-python. What has no word there is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from datagen.errors import UserError

Settings = Mapping[str, str]
Words = dict[str, Any]

REACH: Mapping[str, tuple[str, Callable[[str], Any]]] = MappingProxyType(  # of every client
    {
        "bootstrap.servers": ("bootstrap_servers", lambda text: [part.strip() for part in text.split(",")]),
        "client.id": ("client_id", str),
        "security.protocol": ("security_protocol", str),
        "sasl.mechanism": ("sasl_mechanism", str),
        "sasl.kerberos.service.name": ("sasl_kerberos_service_name", str),
        "ssl.truststore.location": ("ssl_cafile", str),
        "ssl.keystore.location": ("ssl_certfile", str),
        "ssl.key.password": ("ssl_password", str),
        "ssl.endpoint.identification.algorithm": ("ssl_check_hostname", lambda text: text.strip() != ""),
        "connections.max.idle.ms": ("connections_max_idle_ms", int),
        "metadata.max.age.ms": ("metadata_max_age_ms", int),
        "reconnect.backoff.ms": ("reconnect_backoff_ms", int),
        "reconnect.backoff.max.ms": ("reconnect_backoff_max_ms", int),
        "request.timeout.ms": ("request_timeout_ms", int),
        "retry.backoff.ms": ("retry_backoff_ms", int),
        "receive.buffer.bytes": ("receive_buffer_bytes", int),
        "send.buffer.bytes": ("send_buffer_bytes", int),
    }
)
PRODUCER: Mapping[str, tuple[str, Callable[[str], Any]]] = MappingProxyType(
    {
        "batch.size": ("batch_size", int),
        "compression.type": ("compression_type", lambda text: None if text == "none" else text),
        "linger.ms": ("linger_ms", int),
        "max.request.size": ("max_request_size", int),
    }
)
FIXED: Mapping[str, tuple[str, ...]] = MappingProxyType(  # on which the promise that nothing is lost hangs
    {"acks": ("all", "-1"), "enable.idempotence": ("true",)}
)
# Of consumers and administrators, who are Spark's: one file serves both.
NOT_OURS = re.compile(
    r"default\.api\.timeout\.ms|(?:max\.poll|fetch|group|auto|isolation|session|heartbeat|enable\.auto)\b.*"
)
CHECKED = {"ssl.truststore.type": "PEM", "ssl.keystore.type": "PEM"}  # files that OpenSSL can read
JAAS = "sasl.jaas.config"
LOGIN = re.compile(
    r"\s*org\.apache\.kafka\.common\.security\.(?:plain\.PlainLoginModule|scram\.ScramLoginModule)\s+required\b(.*);\s*",
    re.DOTALL,
)
ENTRY = re.compile(r"""(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+))""")


@dataclass(frozen=True)
class Client:
    """How to reach the brokers, and what else the producer was told."""

    reach: Words = field(default_factory=dict)
    producer: Words = field(default_factory=dict)

    @property
    def servers(self) -> str:
        return ",".join(self.reach["bootstrap_servers"])


def client(settings: Settings, source: str, servers: str | None, default: str) -> Client:
    """`servers` is what an option says, before the file; `default` where neither does. UserError with every fault."""
    reach: Words = {"bootstrap_servers": [default]}
    producer: Words = {}
    faults: list[str] = []
    for name, value in settings.items():
        try:
            _take(name, value, settings, reach, producer)
        except ValueError as error:
            faults.append(f"  {name}: {error}")
    if faults:
        raise UserError("\n".join([f"{source}: {len(faults)} setting{'s'[: len(faults) > 1]} cannot be used", *faults]))
    if servers:
        reach["bootstrap_servers"] = [part.strip() for part in servers.split(",")]
    return Client(reach, producer)


def _take(name: str, value: str, settings: Settings, reach: Words, producer: Words) -> None:
    if NOT_OURS.fullmatch(name):
        return
    if name in FIXED:
        if value.strip().lower() not in FIXED[name]:
            raise ValueError(f"{value!r} would lose or double events; leave it out")
    elif name in CHECKED:
        if value.strip().upper() != CHECKED[name]:
            raise ValueError(f"{value!r} is a format of Java's; write the store as PEM and name that")
    elif name == JAAS:
        reach.update(_login(value))
    elif name in REACH:
        _check_store(name, settings)
        word, read = REACH[name]
        reach[word] = _read(read, value)
        if word == "ssl_certfile":
            reach["ssl_keyfile"] = reach[word]
    elif name in PRODUCER:
        word, read = PRODUCER[name]
        producer[word] = _read(read, value)
    else:
        raise ValueError("the replay's client has no such setting; leave it out, or set it for Spark alone")


def _check_store(name: str, settings: Settings) -> None:
    """Java takes its own format where none is named."""
    store, _, kind = name.rpartition(".")
    if kind == "location" and f"{store}.type" not in settings:
        raise ValueError(f"a store of Java's own format; write it as PEM and set {store}.type=PEM")


def _read(read: Callable[[str], Any], value: str) -> Any:
    try:
        return read(value.strip())
    except ValueError:
        raise ValueError(f"{value!r} is no whole number") from None


def _login(text: str) -> Words:
    match = LOGIN.fullmatch(text)
    if match is None:
        raise ValueError("is no PlainLoginModule or ScramLoginModule: `… required username=… password=…;`")
    entries = {name: plain or single or bare for name, plain, single, bare in ENTRY.findall(match[1])}
    found = {name: re.sub(r"\\(.)", r"\1", value) for name, value in entries.items()}
    if not {"username", "password"} <= found.keys():
        raise ValueError("names no username and password")
    return {"sasl_plain_username": found["username"], "sasl_plain_password": found["password"]}
