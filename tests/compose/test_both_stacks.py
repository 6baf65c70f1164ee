"""Both stacks at once: what the one has counted and what the other has streamed agree."""

from __future__ import annotations

from typing import Any

import pytest

from tests.compose.stacks import Stack, until

pytestmark = [pytest.mark.docker, pytest.mark.slow]


def test_the_streaming_page_agrees_with_the_batch_stack_to_the_last_digit(batch: Stack, streaming: Stack) -> None:
    def told() -> Any:
        return streaming.page("/api/reconciliation")

    until(lambda: told()["state"] == "reconciled", "windows to be compared")
    found = told()
    assert found["records"]["batch"] == found["records"]["stream"]
    assert found["value"]["batch"] == found["value"]["stream"]
    assert batch.all_well()
    assert streaming.all_well()
