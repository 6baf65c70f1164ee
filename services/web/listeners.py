"""Who listens on a port of this machine. Without psutil, before the set-up, nobody is known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listener:
    pid: int
    name: str
    command: str


def listener_on(port: int) -> Listener | None:
    """As far as this user may see."""
    try:
        import psutil
    except ImportError:
        return None
    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN and port in connection.laddr[1:]
            if listens and connection.pid:
                process = psutil.Process(connection.pid)
                return Listener(process.pid, process.name(), " ".join(process.cmdline()))
    except psutil.Error:
        return None
    return None
