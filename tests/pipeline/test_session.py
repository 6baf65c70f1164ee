"""What a session says when Java ends under it: what is raised, and nothing beside it."""

from __future__ import annotations

import subprocess
import sys

import pytest

LOSES_JAVA = """
import threading, psutil
from py4j.protocol import Py4JError
from pipeline import session
sleep = session.start("lost").sparkContext._jvm.java.lang.Thread.sleep
sleep(1)  # so that the connection is there, and the next call is on its way at once
def kill():
    for process in psutil.Process().children(recursive=True):
        process.kill()
threading.Timer(2, kill).start()
try:
    sleep(60_000)
except Exception as error:
    print(isinstance(error, (Py4JError, ConnectionError)))  # no answer, or nobody there to ask: chance decides
"""


@pytest.mark.spark
def test_of_a_java_that_is_gone_nothing_is_told_but_what_is_raised() -> None:
    done = subprocess.run([sys.executable, "-c", LOSES_JAVA], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
    assert "Traceback" not in done.stderr
