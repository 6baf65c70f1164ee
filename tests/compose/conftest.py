"""The two stacks, brought up once each where there is an engine. DEMO_ENGINE=required makes its absence a fault."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compose.stacks import Stack, answering, without_settings

STREAM_SPEED = "3600"  # the gallery's two months in 24 minutes


@pytest.fixture(scope="session")
def engine() -> Iterator[None]:
    reason = answering()
    if reason and os.environ.get("DEMO_ENGINE") == "required":
        pytest.fail(f"{reason}; start Docker, and run this again")
    if reason:
        pytest.skip(f"{reason}; `make test-compose` demands one")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(without_settings(os.environ)):
            patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What both stacks share, as in a checkout."""
    folder = tmp_path_factory.mktemp("checkout") / "data"
    for room in ("input", "output"):
        (folder / room).mkdir(parents=True)
        if os.getuid() == 0:  # whoever cloned the project is hardly root, nor has he the image's own number
            os.chown(folder / room, 4321, 4321)
    return folder


@pytest.fixture(scope="session")
def batch(engine: None, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    yield from brought_up(Stack("batch", tmp_path_factory.mktemp("batch"), data))


@pytest.fixture(scope="session")
def streaming(engine: None, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    yield from brought_up(Stack("streaming", tmp_path_factory.mktemp("streaming"), data, REPLAY_SPEED=STREAM_SPEED))


def brought_up(stack: Stack) -> Iterator[Stack]:
    try:
        stack.up()
        yield stack
    finally:
        stack.down()
