"""`datagen generate --engine spark` on the batch stack's own cluster, into its HDFS."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from datagen import manifest as manifests
from tests.compose.stacks import Stack
from tests.compose.test_batch_stack import CARDS, ROWS

pytestmark = [pytest.mark.docker, pytest.mark.slow]
FOLDER = "/data/by_tasks/card_transactions"
WORDS = ("datagen", "generate", CARDS, "--rows", str(ROWS), "--engine", "spark")


def on_cluster(stack: Stack, *words: str) -> str:
    """In a container beside the stack's; what it says."""
    given = ("--master", "spark://spark-master:7077", *words)
    place = ("--rm", "--no-deps", "--use-aliases", "--user", "10001:10001", "batch-job")
    return stack.run("run", "-T", *place, *WORDS, *given)


def test_tasks_on_the_cluster_put_into_hdfs_what_the_local_engine_put_on_the_disk(batch: Stack, tmp_path: Path) -> None:
    local = batch.data / "input/card_transactions"
    said = on_cluster(batch, "-o", f"hdfs://namenode:8020{FOLDER}")
    assert f"card_transactions: {ROWS:,} rows, 59 files" in said, said
    found = batch.hdfs(FOLDER, tmp_path / "whole")
    assert (found / "_manifest.json").read_bytes() == (local / "_manifest.json").read_bytes()
    manifest = manifests.from_json((found / "_manifest.json").read_text())
    digests = {file.path: hashlib.sha256((found / file.path).read_bytes()).hexdigest() for file in manifest.files}
    assert digests == {file.path: file.sha256 for file in manifest.files}
    assert {path.name for path in found.iterdir()} == {*digests, "_manifest.json", "_run.json"}

    again = on_cluster(batch, "-o", f"hdfs://namenode:8020{FOLDER}", "--date", "2025-01-17")
    assert "rows, 1 file, " in again, again
    kept = batch.hdfs(str(Path(FOLDER).parent), tmp_path / "day")
    assert (kept / "card_transactions/_manifest.json").read_bytes() == (local / "_manifest.json").read_bytes()
    assert [path.name for path in kept.iterdir()] == ["card_transactions"]

    refused = on_cluster(batch, "-o", f"hdfs://namenode:8020{Path(FOLDER).parent}")
    assert "/data/by_tasks: holds what was not made here" in refused, refused
