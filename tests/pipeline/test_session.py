"""What a session says when Java ends under it, and how it has Java run."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pipeline import session

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


ASKED = """
from pipeline import session
java = session.start("asked", master="local[1]", patient=True)._jvm.java.lang.management.ManagementFactory
print("\\n".join(java.getRuntimeMXBean().getInputArguments()))
"""


@pytest.mark.spark
@pytest.mark.parametrize(("given", "told"), [({}, True), ({"SPARK_SUBMIT_OPTS": ""}, False)])
def test_a_patient_job_has_java_compile_later_unless_it_is_told_how_to_run(given: dict[str, str], told: bool) -> None:
    environ = {name: value for name, value in os.environ.items() if name not in session.JAVA_GIVEN} | given
    done = subprocess.run([sys.executable, "-c", ASKED], env=environ, capture_output=True, text=True, check=True)
    assert ("-XX:Tier4InvocationThreshold=40000" in done.stdout.split()) is told
