"""The app shell both pages stand in: hosts, methods, headers, errors of one shape, health.

Nothing here may be forgotten by a page, so a page cannot be made without it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, jsonify, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException, InternalServerError

from web.chartjs import chart_js
from web.folder import NothingPublishedError, UnreadableError

LOCAL_HOSTS = ("localhost", "127.0.0.1")
METHODS = ("GET", "HEAD")
HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

log = logging.getLogger(__name__)


class BadRequestError(Exception):
    """What the browser asked for cannot be answered. `reasons` holds every fault found."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


class StrictJson(DefaultJSONProvider):
    """JSON as every parser reads it: no NaN, decimals as plain text, days and instants as ISO 8601."""

    sort_keys = False
    ensure_ascii = False

    @staticmethod
    def default(value: Any) -> Any:
        if isinstance(value, Decimal):
            return format(value, "f")
        if isinstance(value, date | datetime):
            return value.isoformat()
        if is_dataclass(value) and not isinstance(value, type):
            return asdict(value)
        raise TypeError(f"{type(value).__name__} has no form in JSON")

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return super().dumps(obj, allow_nan=False, **kwargs)


def create_shell(name: str, *, hosts: Iterable[str] = (), ready: Callable[[], list[str]]) -> Flask:
    """An app without a page of its own. `ready` gives the reasons why the page has nothing to show; none: it is ready.

    The page's folder may hold `templates/` and `static/`, served below /static/page/; what the kit has lies below
    /static/web/. `hosts` are answered to beside this machine's own names.
    """
    app = Flask(name, static_url_path="/static/page")
    app.config["TRUSTED_HOSTS"] = [*LOCAL_HOSTS, *hosts]
    app.json = StrictJson(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_blueprint(_kit())
    app.before_request(_refuse_other_methods)
    app.after_request(_harden)
    app.add_url_rule("/static/chart.umd.js", "chart_js", chart_js)
    app.add_url_rule("/healthz", "healthz", lambda: {"status": "ok"})
    app.add_url_rule("/readyz", "readyz", lambda: _readiness(ready()))
    app.register_error_handler(Exception, _answer_fault)
    return app


def _kit() -> Blueprint:
    static, templates = (str(Path(__file__).with_name(name)) for name in ("static", "templates"))
    return Blueprint("web", __name__, static_folder=static, static_url_path="/static/web", template_folder=templates)


def problem(status: int, code: str, message: str, reasons: Sequence[str] = ()) -> Response:
    """The one shape of everything that is not an answer."""
    error = {"status": status, "code": code, "message": message, "reasons": list(reasons)}
    response = jsonify({"error": error})
    response.status_code = status
    return response


def unread(app: Flask, status: int, name: str, message: str) -> Response:
    """The answer to a request that was none, and of which the app therefore knows nothing."""
    with app.app_context():
        return _harden(problem(status, _code(name), message))


def _code(name: str) -> str:
    return name.lower().replace(" ", "_")


def _refuse_other_methods() -> None:
    if request.method not in METHODS:
        abort(405, description="pages are only read here", response=None)


def _harden(response: Response) -> Response:
    for header, value in HEADERS.items():
        response.headers[header] = value
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _readiness(reasons: list[str]) -> Response | dict[str, Any]:
    if reasons:
        return problem(503, "not_ready", "the page has nothing to show yet", reasons)
    return {"status": "ready"}


def _answer_fault(error: Exception) -> Response:
    match error:
        case BadRequestError():
            return problem(400, "bad_parameter", str(error), error.reasons)
        case NothingPublishedError():
            return _nothing(error)
        case UnreadableError():
            return problem(503, "unreadable", str(error))
        case HTTPException() if error.code != 500:
            return _http(error)
        case _:
            fault = error.original_exception if isinstance(error, InternalServerError) else error
            log.error("%s %s failed", request.method, request.path, exc_info=fault or error)
            return problem(500, "internal", "the page met a fault of its own; its log has the details")


def _nothing(error: NothingPublishedError) -> Response:
    """Nothing published is a state of the page, not a fault of the request."""
    empty = {"stage": error.stage, "reason": error.reason, "command": error.command}
    return jsonify({"empty": empty})


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    response = problem(status, _code(error.name), error.description or error.name)
    if status == 405:
        response.headers["Allow"] = ", ".join(METHODS)
    return response
