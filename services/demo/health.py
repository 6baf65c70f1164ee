"""Whether a part that runs also works."""

from __future__ import annotations

from datetime import UTC, datetime

import psutil

from datagen.analysis import Analysis
from demo.folders import Folders
from demo.parts import answers
from demo.readings import replay_position, stream_progress
from demo.register import Entry, is_same
from demo.stream_parts import broker_answers

SILENT_S = 60.0  # of a job for which messages wait


class Looker:
    def __init__(self, folders: Folders, analysis: Analysis | None) -> None:
        self.folders, self.analysis = folders, analysis

    def fault(self, entry: Entry) -> str | None:
        """What is wrong with a part that is said to run well; None where nothing is."""
        if not is_same(entry.pid, entry.began):
            return "has just ended"
        if entry.pid and _frozen(entry.pid):
            return "is frozen (SIGSTOP)"
        if entry.url and not answers(int(entry.url.rpartition(":")[2]), "/healthz"):
            return f"{entry.url} does not answer"
        if entry.address and not broker_answers(entry.address):
            return f"{entry.address}: no record could be sent and read back"
        return self._of_stream(self.analysis) if entry.name == "streaming" and self.analysis else None

    def _of_stream(self, analysis: Analysis) -> str | None:
        told, sent = stream_progress(self.folders, analysis), replay_position(self.folders, analysis)
        if told is None:
            return None
        if not told.balanced:
            return "what it read and what it published do not add up"
        waiting = (sent.acknowledged if sent else 0) - told.messages
        silent_s = (datetime.now(UTC) - told.published_at).total_seconds()
        if waiting > 0 and silent_s > SILENT_S:
            return f"{waiting:,} messages wait, and it has published nothing for {silent_s:.0f} s"
        return None


def _frozen(pid: int) -> bool:
    """It, or a virtual machine that it started."""
    try:
        first = psutil.Process(pid)
        return any(one.status() == psutil.STATUS_STOPPED for one in [first, *first.children(recursive=True)])
    except psutil.Error:
        return False
