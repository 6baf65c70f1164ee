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
def batch(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    yield from _stack(Stack("batch", _folder(tmp_path_factory)))


@pytest.fixture(scope="session")
def streaming(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    yield from _stack(Stack("streaming", _folder(tmp_path_factory), REPLAY_SPEED=STREAM_SPEED))


def _folder(factory: pytest.TempPathFactory) -> Path:
    folder = factory.mktemp("stack")
    if os.getuid() == 0:  # whoever cloned the project is hardly root, nor has he the image's own number
        (folder / "data").mkdir()
        for room in ("input", "output"):
            (folder / "data" / room).mkdir()
            os.chown(folder / "data" / room, 4321, 4321)
    return folder


def _stack(stack: Stack) -> Iterator[Stack]:
    try:
        stack.up()
        yield stack
    finally:
        stack.down()
