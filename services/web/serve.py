"""A page behind a production server, in the foreground, until a signal."""

from __future__ import annotations

import logging
import signal
import sys
from types import FrameType

import waitress
from flask import Flask

from datagen.errors import UserError
from web.listeners import listener_on
from web.unread import answer_in_one_shape

THREADS = 4


def serve(app: Flask, title: str, host: str, port: int) -> int:
    """Serves until Ctrl-C or SIGTERM; gives the exit code for it, 130 or 143. UserError where the port is taken."""
    caught: list[int] = []
    sockets: dict[int, object] = {}

    def stop(number: int, _frame: FrameType | None) -> None:
        caught.append(number)
        raise SystemExit

    try:
        server = waitress.create_server(app, map=sockets, host=host, port=port, threads=THREADS, ident=None)
    except (OSError, ValueError) as error:
        listener = listener_on(port)
        reason = f"{listener.name}, pid {listener.pid}, has it" if listener else error
        raise UserError(f"{host}:{port} cannot be listened on: {reason}; choose another with --port") from error
    answer_in_one_shape(app, sockets.values())
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a page asks several things at once
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"{title}  http://{host}:{getattr(server, 'effective_port', port)}", file=sys.stderr, flush=True)  # noqa: T201
    server.run()
    return 128 + caught[0]
