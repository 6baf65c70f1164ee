"""Chart.js, as set-up unpacked it from its WebJar: never from another host, never committed."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Response, send_file

from web.folder import UnreadableError


def chart_js_path() -> Path:
    """Where set-up leaves it; DEMO_ARTIFACTS names another folder than the repository's own."""
    artifacts = os.environ.get("DEMO_ARTIFACTS") or Path(__file__).parents[2] / ".artifacts"
    return Path(artifacts).resolve() / "web" / "chart.umd.js"


def missing_chart_js() -> list[str]:
    """Why charts cannot be drawn; empty where they can."""
    path = chart_js_path()
    return [] if path.is_file() else [f"Chart.js is not there: no {path}; run make setup"]


def chart_js() -> Response:
    path = chart_js_path()
    if not path.is_file():
        raise UnreadableError(missing_chart_js()[0])
    return send_file(path, mimetype="text/javascript", conditional=True, max_age=0)
