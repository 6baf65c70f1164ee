"""Golden rows: what a seed gave once it gives for ever, on any processor and with any NumPy we support."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from datagen.generators import GENERATORS
from tests.golden import related
from tests.golden.kinds import FOLDER, KINDS, rendered

ROOT = Path(__file__).parents[2]


def test_every_kind_has_golden_rows() -> None:
    assert set(KINDS) == set(GENERATORS) == {file.stem for file in FOLDER.glob("*.txt")}


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_the_golden_ones(kind: str) -> None:
    # after a change that is meant: make golden, a new DRAW_VERSION, and a line "Data changes" in CHANGELOG.md
    assert rendered(kind) == (FOLDER / f"{kind}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", related.TABLES)
def test_rows_of_many_tables_are_the_golden_ones(table: str) -> None:
    assert related.rendered(related.shop(), table) == (related.FOLDER / f"{table}.txt").read_text(encoding="utf-8")


def test_rows_are_the_golden_ones_without_vector_extensions() -> None:
    code = (
        "from tests.golden.kinds import *; import sys; sys.stdout.write(''.join(map(rendered, KINDS)));"
        "from tests.golden import related as r; s = r.shop();"
        "sys.stdout.write(''.join(r.rendered(s, table) for table in r.TABLES))"
    )
    environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": " ".join(_switchable()), "PYTHONUTF8": "1"}
    made = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert made.stderr == ""
    files = [*(FOLDER / f"{kind}.txt" for kind in KINDS), *(related.FOLDER / f"{name}.txt" for name in related.TABLES)]
    assert made.stdout == "".join(file.read_text(encoding="utf-8") for file in files)


def _switchable() -> list[str]:
    """The extensions that this NumPy chooses at run time on this processor."""
    core = import_module("numpy._core._multiarray_umath")
    return [name for name in core.__cpu_dispatch__ if core.__cpu_features__.get(name)]
