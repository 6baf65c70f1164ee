"""The batch page as an app: one page, what it is drawn from as JSON, and the rows as CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from flask import Flask, Response, render_template, request

from dashboard.cube import Cube
from dashboard.frame import empty_frame, frame
from dashboard.overview import overview, span
from dashboard.quality import quality
from dashboard.question import Address, Question
from dashboard.table import csv_of_rows, page_of_rows, read_order, read_page
from web.chartjs import missing_chart_js
from web.figures import facts
from web.folder import NothingPublishedError, UnreadableError
from web.published import Results, Run, steady
from web.shell import create_shell

VALUES, MAX_VALUES = 50, 200
MAX_SEARCH = 200
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(results: Results, *, refresh_s: float = 5.0, hosts: Iterable[str] = (), clock: Clock = utc_now) -> Flask:
    """`results` is all the app knows of the outside. The page asks again every `refresh_s`."""
    page = Page(results, refresh_s, clock)
    app = create_shell(__name__, hosts=hosts, ready=page.unready)
    app.add_url_rule("/", view_func=page.html)
    app.add_url_rule("/api/status", view_func=page.status)
    app.add_url_rule("/api/overview", view_func=page.overview)
    app.add_url_rule("/api/quality", view_func=page.quality)
    app.add_url_rule("/api/values", view_func=page.values)
    app.add_url_rule("/api/rows", view_func=page.rows)
    app.add_url_rule("/rows.csv", view_func=page.csv)
    return app


class Page:
    """The views. The cube of the newest run asked for is kept; runs never change."""

    def __init__(self, results: Results, refresh_s: float, clock: Clock) -> None:
        self.results = results
        self.refresh_s = refresh_s
        self.clock = clock
        self._kept: tuple[str, Cube] | None = None
        self._loading = Lock()

    def html(self) -> str:
        try:
            shown = steady(self.results, lambda run: frame(run, request.args.get("metric")))
        except NothingPublishedError as nothing:
            shown = empty_frame(self.results.dataset, nothing.reason)
        except UnreadableError as error:
            shown = empty_frame(self.results.dataset, str(error))
        return render_template("batch.html", refresh_s=self.refresh_s, **shown)

    def status(self) -> dict[str, Any]:
        """Which run is there: what the page asks again and again, to fetch the rest when it changes."""
        run, shape = steady(self.results, lambda run: (run, run.shape()))
        return self._stamp(run) | {"shape": shape}

    def overview(self) -> dict[str, Any]:
        run, cube = self._current()
        address = Address(request.args, cube.dimensions)
        question, figure = address.question(cube.extent), address.figure(cube.figures)
        split = address.choice("split", cube.dimensions)
        address.close()
        return self._stamp(run) | facts(cube.analysis, cube.figures) | overview(cube, question, figure, split)

    def quality(self) -> dict[str, Any]:
        run, account = steady(self.results, lambda run: (run, quality(run, self._cube(run))))
        return self._stamp(run) | account

    def values(self) -> dict[str, Any]:
        run, cube = self._current()
        address = Address(request.args, ())
        dimension = address.choice("dimension", cube.dimensions)
        search, size = address.one("search") or "", address.number("size", VALUES, 1, MAX_VALUES)
        if dimension is None and not address.reasons:
            address.reasons.append(f"dimension is missing; known: {', '.join(cube.dimensions)}")
        address.close()
        found, count = cube.values(dimension or "", search[:MAX_SEARCH], size)
        values = [{"value": value, "records": records} for value, records in found]
        return self._stamp(run) | {"count": count, "values": values}

    def rows(self) -> dict[str, Any]:
        run, cube = self._current()
        address = Address(request.args, cube.dimensions)
        question, order, page = address.question(cube.extent), read_order(address, cube), read_page(address)
        address.close()
        described = facts(cube.analysis, cube.figures) | {"period": span(question)}
        return self._stamp(run) | described | page_of_rows(cube, question, order, page)

    def csv(self) -> Response:
        _, cube = self._current()
        address = Address(request.args, cube.dimensions)
        question, order = address.question(cube.extent), read_order(address, cube)
        address.close()
        response = Response(csv_of_rows(cube, question, order), mimetype="text/csv")
        response.headers["Content-Disposition"] = f'attachment; filename="{_file_name(cube, question)}"'
        return response

    def unready(self) -> list[str]:
        reasons = missing_chart_js()
        try:
            self._current()
        except (NothingPublishedError, UnreadableError) as error:
            reasons.append(str(error))
        return reasons

    def _current(self) -> tuple[Run, Cube]:
        return steady(self.results, lambda run: (run, self._cube(run)))

    def _cube(self, run: Run) -> Cube:
        with self._loading:
            if self._kept is None or self._kept[0] != run.id:
                self._kept = run.id, Cube(run)
            return self._kept[1]

    def _stamp(self, run: Run) -> dict[str, Any]:
        """Which run an answer is of, and what time it is here, so that a browser with another clock shows true ages."""
        shown = {"id": run.id, "short": run.short, "published_at": run.published_at, "folder": str(run.folder)}
        return {"now": self.clock(), "run": shown}


def _file_name(cube: Cube, question: Question) -> str:
    days = f"_{question.period.first}_{question.period.last}" if question.period else ""
    return f"{cube.analysis.dataset}{days}.csv"
