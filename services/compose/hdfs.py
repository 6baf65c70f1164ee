"""NameNode and DataNode: formatted where nothing is there yet, refused where half of it is gone."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping

from compose import probe
from compose.java import Command, java
from compose.places import HDFS
from datagen.errors import UserError
from datagen.ways import reset

NAMES, BLOCKS = HDFS / "name" / "current" / "VERSION", HDFS / "data" / "current" / "VERSION"
BEGUN = HDFS / "datanode-begun"  # tells a first start from one whose blocks are gone
HEAP = "160m"
DAEMONS = "org.apache.hadoop.hdfs.server"
PATIENCE_S, POLL_S = 180.0, 1.0
WAY_OUT = "see namenode's and datanode's logs; the streaming stack has them with --profile hdfs"
JARS = "conf/hadoop:.artifacts/hdfs-pages:.artifacts/hdfs/*"


def namenode(_: Mapping[str, str]) -> Command:
    if not NAMES.exists():
        if BEGUN.exists():
            raise UserError(
                f"{HDFS}: the DataNode's blocks are there, the NameNode's names are not; {reset()} removes both"
            )
        format_words = ("-format", "-nonInteractive", "-force", "-clusterId", "demo")
        subprocess.run(_daemon("namenode.NameNode", *format_words), check=True)
    return _daemon("namenode.NameNode")


def datanode(_: Mapping[str, str]) -> Command:
    if BEGUN.exists() and not BLOCKS.exists():
        raise UserError(
            f"{HDFS}: the NameNode's names are there, the DataNode's blocks are not; {reset()} removes both"
        )
    BEGUN.touch()
    return _daemon("datanode.DataNode")


def make_folder(path: str, say: Callable[[str], None], sleep: Callable[[float], None] = time.sleep) -> None:
    """In HDFS, open to everybody. Waits for HDFS; UserError where it does not come."""
    began, said = time.monotonic(), False
    while True:
        try:
            probe.datanode()
            probe.get(probe.NAMENODE, f"/webhdfs/v1{path}?op=MKDIRS&permission=1777&user.name=demo", "PUT")
        except (probe.UnfitError, OSError, ValueError, LookupError) as fault:
            if time.monotonic() - began > PATIENCE_S:
                raise UserError(f"HDFS is not there after {PATIENCE_S:.0f} s ({fault}); {WAY_OUT}") from fault
            if not said:
                say("waiting for HDFS")
            said = True
            sleep(POLL_S)
        else:
            return


def _daemon(name: str, *words: str) -> Command:
    return java(HEAP, JARS, f"{DAEMONS}.{name}", *words)
