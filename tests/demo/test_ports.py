"""Ports: free, or held by somebody with a name."""

from __future__ import annotations

import re
import socket
import subprocess
import sys

import pytest

from datagen.errors import UserError
from demo.ports import is_taken, next_free, require_free

LISTEN = (
    "import socket, sys; listener = socket.create_server(('{host}', 0));"
    "print(listener.getsockname()[1], flush=True); sys.stdin.read()"
)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_taken_port_is_refused_with_its_holder_and_a_free_one(host: str) -> None:
    command = [sys.executable, "-c", LISTEN.format(host=host)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        port = int(holder.stdout.readline())
        with pytest.raises(UserError, match=f"port {port} is taken") as caught:
            require_free(port, "--batch-port", "DEMO_BATCH_PORT")
        assert re.fullmatch(
            rf'port {port} is taken by pid {holder.pid} \(python[\d.]*, ".*-c import socket.*"\); end it, '
            rf"or take another: --batch-port (\d+), or DEMO_BATCH_PORT=\1",
            str(caught.value),
        )
        assert holder.stdin
        holder.stdin.close()


def test_a_port_that_only_just_closed_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), listener.accept()[0]:
            pass
    assert not is_taken(port)


def test_the_next_free_port_is_not_a_taken_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert next_free(port - 1) != port
