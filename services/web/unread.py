"""Requests that are no HTTP and never reach the app: the refusal of them has the shape of every other error."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer
from waitress.task import ErrorTask

from web.shell import unread


def answer_in_one_shape(app: Flask, sockets: Iterable[object]) -> None:
    """Before a server accepts anything: `sockets` are what it listens with, others among them are passed over."""

    class Refusal(ErrorTask):  # type: ignore[misc]  # waitress has no types
        def execute(self) -> None:
            error = self.request.error
            response = unread(app, error.code, error.reason, error.body)
            body = response.get_data()
            self.status = response.status
            self.response_headers.extend(response.headers.items())
            self.set_close_on_finish()
            self.content_length = len(body)
            self.write(body)

    class Channel(HTTPChannel):  # type: ignore[misc]
        error_task_class = Refusal

    for listening in sockets:
        if isinstance(listening, BaseWSGIServer):
            listening.channel_class = Channel
