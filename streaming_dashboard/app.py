"""The streaming page as an app: one page, and what it is drawn from as JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from flask import Flask, render_template, request

from datagen.analysis import Analysis
from datagen.analysis import Stream as Cut
from streaming_dashboard.frame import cut_of, empty_frame, frame
from streaming_dashboard.health import Pace, account, clocks, rates, stages
from streaming_dashboard.palette import Palette
from streaming_dashboard.progress import Progress, read_progress
from streaming_dashboard.reconcile import Slots, foreign, read_slots, reconcile, waiting
from streaming_dashboard.standing import standing
from streaming_dashboard.timeline import SPAN, SPANS, leaders, shown_figures, tiles, timeline
from streaming_dashboard.windows import Snapshot, Windows
from web.chartjs import missing_chart_js
from web.figures import facts
from web.folder import NothingPublishedError, UnreadableError
from web.parameters import Parameters
from web.published import Results, Run, steady
from web.shell import create_shell
from web.streams import Live, Replayed, Stream

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(
    live: Live, runs: Results, *, refresh_s: float = 2.0, hosts: Iterable[str] = (), clock: Clock = utc_now
) -> Flask:
    """`live` and the batch job's `runs` are all the app knows of the outside. The page asks again every `refresh_s`."""
    page = Page(live, runs, refresh_s, clock)
    app = create_shell(__name__, hosts=hosts, ready=page.unready)
    app.add_url_rule("/", view_func=page.html)
    app.add_url_rule("/api/status", view_func=page.status)
    app.add_url_rule("/api/health", view_func=page.health)
    app.add_url_rule("/api/windows", view_func=page.windows)
    app.add_url_rule("/api/reconciliation", view_func=page.reconciliation)
    return app


@dataclass
class Shown:
    """One stream, and what is kept of it between two questions."""

    stream: Stream
    analysis: Analysis
    cut: Cut
    windows: Windows
    palette: Palette = field(default_factory=Palette)
    pace: Pace = field(default_factory=Pace)
    kept: tuple[Any, Snapshot] | None = None
    slots: Slots | None = None


class Page:
    """The views. Windows are read again when they changed, a run's slots once."""

    def __init__(self, live: Live, runs: Results, refresh_s: float, clock: Clock) -> None:
        self.live = live
        self.runs = runs
        self.refresh_s = refresh_s
        self.clock = clock
        self._shown: Shown | None = None
        self._reading = Lock()

    def html(self) -> str:
        try:
            shown = frame(self.live.current(), request.args.get("metric"))
        except (NothingPublishedError, UnreadableError) as error:
            shown = empty_frame(self.live.dataset, str(error))
        return render_template("stream.html", refresh_s=self.refresh_s, **shown)

    def status(self) -> dict[str, Any]:
        """How the stream stands, and a version of each part, so that the page asks again for what has changed."""
        Parameters(request.args).close()
        shown, progress, replayed = self._current()
        stands = standing(progress, replayed, self.clock())
        windows = shown.windows.version()
        versions = {
            "health": _digest(progress, replayed, stands.state),
            "windows": _digest(windows),
            "reconciliation": _digest(windows, self._batch_run()),
        }
        told = {"shape": shown.stream.shape(), "versions": versions, "standing": stands}
        return self._stamp(shown, progress) | told

    def health(self) -> dict[str, Any]:
        """Stages, clocks, rates and the account of every event."""
        Parameters(request.args).close()
        shown, progress, replayed = self._current()
        stands, snapshot = standing(progress, replayed, self.clock()), self._snapshot(shown)
        return self._described(shown, progress) | {
            "standing": stands,
            "stages": stages(progress, self.live.made(shown.analysis.table), replayed, stands.behind),
            "clocks": clocks(progress, snapshot, shown.cut, shown.pace),
            "rates": rates(progress, stands),
            "account": account(progress, snapshot, shown.stream, shown.cut),
            "topic": progress.topic,
            "servers": progress.servers,
            "application": progress.application,
        }

    def windows(self) -> dict[str, Any]:
        """`metric` names the figure, `last` how many windows."""
        shown, progress, _ = self._current()
        known = shown_figures(shown.analysis)
        address = Parameters(request.args)
        name = address.choice("metric", [figure.name for figure in known]) or known[0].name
        span = int(address.choice("last", [str(span) for span in SPANS]) or SPAN)
        address.close()
        figure = next(one for one in known if one.name == name)
        snapshot, cut = self._snapshot(shown), shown.cut
        shown.palette.learn(snapshot, known[0].divided or cut.value is None)
        return self._described(shown, progress) | {
            "metric": figure.name,
            "watermark_s": cut.watermark_s,
            "group": cut.group_by,
            "timeline": timeline(snapshot, (cut.window_s, cut.slide_s), figure, span, shown.palette),
            "last": tiles(snapshot, cut.window_s, known),
            "leaders": {name: leaders(snapshot, name, figure, shown.palette) for name in ("closed", "open")},
        }

    def reconciliation(self) -> dict[str, Any]:
        Parameters(request.args).close()
        shown, progress, _ = self._current()
        return self._described(shown, progress) | self._compared(shown, progress)

    def unready(self) -> list[str]:
        reasons = missing_chart_js()
        try:
            _, progress, _ = self._current()
        except (NothingPublishedError, UnreadableError) as error:
            return [*reasons, str(error)]
        if not progress.closed + progress.open:
            reasons.append("No window has an event yet")
        return reasons

    def _compared(self, shown: Shown, progress: Progress) -> dict[str, Any]:
        try:
            run = self.runs.current()
            if run.fingerprint != shown.analysis.fingerprint:
                return foreign(run, shown.analysis)
            slots = steady(self.runs, lambda run: self._slots(shown, run))
        except NothingPublishedError as nothing:
            return waiting(str(nothing), nothing.command)
        return reconcile(self._snapshot(shown), slots, progress, shown.analysis, shown.cut)

    def _slots(self, shown: Shown, run: Run) -> Slots:
        if shown.slots is None or shown.slots.run.id != run.id:
            shown.slots = read_slots(run, shown.cut)
        return shown.slots

    def _batch_run(self) -> str:
        try:
            return self.runs.current().id
        except (NothingPublishedError, UnreadableError) as error:
            return str(error)

    def _current(self) -> tuple[Shown, Progress, Replayed | None]:
        stream = self.live.current()
        progress = read_progress(stream, f"demo up streaming --schema schemas/{self.live.dataset}.json")
        with self._reading:
            shape = stream.analysis()
            if self._shown is None or (self._shown.stream, self._shown.analysis) != (stream, shape):
                cut = cut_of(shape, stream)
                self._shown = Shown(stream, shape, cut, Windows(stream, cut))
            self._shown.pace = self._shown.pace.after(progress)
            return self._shown, progress, self.live.replayed(progress.topic)

    def _snapshot(self, shown: Shown) -> Snapshot:
        with self._reading:
            version = shown.windows.version()
            if shown.kept is None or shown.kept[0] != version:
                shown.kept = version, shown.windows.read()
            return shown.kept[1]

    def _described(self, shown: Shown, progress: Progress) -> dict[str, Any]:
        """What every answer with figures begins with: what it is of, and how figures are written."""
        told = facts(shown.analysis, shown_figures(shown.analysis))
        return self._stamp(shown, progress) | told | {"window_s": shown.cut.window_s}

    def _stamp(self, shown: Shown, progress: Progress) -> dict[str, Any]:
        """Which stream an answer is of, and what time it is here: a browser with another clock shows true ages."""
        told = {
            "short": shown.stream.short,
            "batch": progress.batch,
            "published_at": progress.published_at,
            "folder": str(shown.stream.folder),
        }
        return {"now": self.clock(), "stream": told}


def _digest(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
