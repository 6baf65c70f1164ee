"""An image gets what running the project takes, with the hashes of the one lock."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from demo.setup.runtime_lock import runtime

ROOT = Path(__file__).parents[2]
LOCK = """\
arrow==1.0 \\
    --hash=sha256:aa
    # via
    #   ours (pyproject.toml)
    #   other
brush==2.0 ; python_version < '3' \\
    --hash=sha256:bb
    # via arrow
check==3.0 \\
    --hash=sha256:cc
    # via ours (pyproject.toml:dev)
depth==4.0 \\
    --hash=sha256:dd
    # via
    #   brush
    #   check
extra==5.0 \\
    --hash=sha256:ee
    # via check
"""


def names(lock: str) -> list[str]:
    return re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)


def test_what_the_project_needs_is_kept_and_what_that_needs() -> None:
    assert names(runtime(LOCK)) == ["arrow", "brush", "depth"]


def test_a_tool_is_kept_with_what_it_needs_where_it_is_named() -> None:
    assert names(runtime(LOCK, ["check"])) == ["arrow", "brush", "check", "depth", "extra"]


def test_a_tool_that_is_not_in_the_lock_is_no_silent_loss() -> None:
    with pytest.raises(LookupError, match="the lock has no wheelhouse; run `make lock`"):
        runtime(LOCK, ["wheelhouse"])


def test_nothing_of_a_paragraph_is_lost() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    kept = runtime(lock)
    assert {"pyspark", "flask", "numpy", "py4j", "werkzeug"} <= set(names(kept))
    assert not {"mypy", "pytest", "testcontainers", "setuptools", "uv"} & set(names(kept))
    for paragraph in re.split(r"^(?=\S)", kept, flags=re.MULTILINE)[1:]:
        assert paragraph in lock
        assert "--hash=sha256:" in paragraph
