"""The two Compose files as Compose reads them: anchors and merges resolved, the settings of .env put in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
STACKS = {"batch": "docker-compose.batch.yml", "streaming": "docker-compose.streaming.yml"}
ONE_SHOTS = frozenset({"generator", "topic", "batch-job"})
SETTING = re.compile(r"\$\{(\w+):-([^}]*)\}")
SIZES = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}

Service = Mapping[str, Any]


def settings() -> dict[str, str]:
    """Of .env, as Compose reads it."""
    lines = (ROOT / ".env").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def read(stack: str) -> dict[str, Any]:
    document = yaml.safe_load((ROOT / STACKS[stack]).read_text("utf-8"))
    filled: dict[str, Any] = _filled(document, settings())
    return filled


def _filled(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(one, known) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, known) for one in value]
    return SETTING.sub(lambda match: known.get(match[1]) or match[2], value) if isinstance(value, str) else value


def services(stack: str) -> Mapping[str, Service]:
    found: Mapping[str, Service] = read(stack)["services"]
    return found


def long_running(stack: str) -> Mapping[str, Service]:
    return {name: service for name, service in services(stack).items() if name not in ONE_SHOTS}


def every() -> Iterator[tuple[str, str, Service]]:
    """Stack, name and service."""
    for stack in STACKS:
        for name, service in services(stack).items():
            yield stack, name, service


def size_bytes(text: str) -> int:
    return int(text[:-1]) * SIZES[text[-1].lower()]


def host_ports(stack: str) -> Iterator[tuple[str, int]]:
    """Address and port on the host of everything that is published."""
    for service in services(stack).values():
        for port in service.get("ports", ()):
            address, host, _ = port.split(":")
            yield address, int(host)
