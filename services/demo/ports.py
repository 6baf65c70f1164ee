"""Whether a port of this machine is free, and who holds it."""

from __future__ import annotations

import socket
from contextlib import closing

from datagen.errors import UserError
from web.listeners import listener_on

HOST = "127.0.0.1"
LAST_PORT = 65_535


def require_free(port: int, option: str, variable: str) -> None:
    """UserError that names the holder and a way out, where something listens on the port."""
    if is_taken(port):
        raise UserError(
            f"port {port} is taken{held_by(port)}; end it, or take another: "
            f"{option} {next_free(port)}, or {variable}={next_free(port)}"
        )


def is_taken(port: int) -> bool:
    """Asked both ways: a listener on all addresses does not keep one on 127.0.0.1 from binding everywhere."""
    with closing(socket.socket()) as probe:
        probe.settimeout(1)
        if probe.connect_ex((HOST, port)) == 0:
            return True
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise UserError(f"port {port} may not be opened by this user; take one from 1024 on") from None
        except OSError:
            return True
    return False


def next_free(port: int) -> int:
    return next(other for other in range(port + 1, LAST_PORT + 1) if not is_taken(other))


def held_by(port: int) -> str:
    """` by pid 1234 (python, "python -m http.server")`, as far as this user may see; else ""."""
    listener = listener_on(port)
    if listener is None:
        return ""
    command = f"{listener.command[:60]}{'…' if len(listener.command) > 60 else ''}"
    return f' by pid {listener.pid} ({listener.name}, "{command}")'
