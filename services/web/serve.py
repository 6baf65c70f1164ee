"""A page behind a production server, in the foreground, until a signal."""

from __future__ import annotations

import logging
import signal
import sys
from types import FrameType

import psutil
import waitress
from flask import Flask

from datagen.errors import UserError

THREADS = 4


def serve(app: Flask, title: str, host: str, port: int) -> int:
    """Serves until Ctrl-C or SIGTERM; gives the exit code for it, 130 or 143. UserError where the port is taken."""
    caught: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        caught.append(number)
        raise SystemExit

    try:
        server = waitress.create_server(app, host=host, port=port, threads=THREADS, ident=None)
    except (OSError, ValueError) as error:
        reason = _holder(port) or error
        raise UserError(f"{host}:{port} cannot be listened on: {reason}; choose another with --port") from error
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a page asks several things at once
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"{title}  http://{host}:{getattr(server, 'effective_port', port)}", file=sys.stderr, flush=True)  # noqa: T201
    server.run()
    return 128 + caught[0]


def _holder(port: int) -> str | None:
    """Who listens there, as far as this user may see."""
    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
            if listens and connection.pid:
                return f"{psutil.Process(connection.pid).name()}, pid {connection.pid}, has it"
    except psutil.Error:
        return None
    return None
