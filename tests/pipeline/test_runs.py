"""Published runs: one pointer, what is pruned when, and the links under the names people know."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from datagen.errors import UserError
from datagen.sinks.locks import HeldError
from pipeline.runs import COMPLETE, KEPT_RUNS, KEPT_S, Run, Runs, check_link, turn_link, turn_names
from pipeline.storage import Storage

pytestmark = pytest.mark.spark


class Place:
    """A folder of runs and a clock that stands still until it is moved."""

    def __init__(self, storage: Storage, folder: Path) -> None:
        self.folder = folder
        self.now = datetime(2025, 3, 1, 10, tzinfo=UTC)
        self.runs = Runs(storage, str(folder), lambda: self.now)

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def begin(self) -> Run:
        """A run, begun and written, at the time the clock says."""
        run = self.runs.begin()
        complete = Path(run.folder) / COMPLETE
        complete.write_text("{}")
        os.utime(complete, (self.now.timestamp(),) * 2)
        return run

    def publish(self, fingerprint: str = "f") -> str:
        run = self.begin()
        self.runs.publish(run, fingerprint)
        return run.id

    def there(self) -> list[str]:
        return sorted(os.listdir(self.folder / "runs"))


@pytest.fixture
def place(spark: SparkSession, tmp_path: Path) -> Place:
    return Place(Storage(spark), tmp_path / "batch")


def test_the_pointer_and_the_link_name_the_run_that_was_published_last(place: Place) -> None:
    assert place.runs.current() is None
    first = place.publish()
    place.later(1)
    second = place.publish("other")
    assert first.startswith("20250301T100000Z-")
    assert place.runs.current() == second
    assert json.loads((place.folder / "current.json").read_text()) == {
        "run": second,
        "path": f"runs/{second}",
        "fingerprint": "other",
        "published_at": "2025-03-01T10:00:01.000Z",
    }
    assert os.readlink(place.folder / "current") == f"runs/{second}"
    assert sorted(os.listdir(place.folder)) == ["current", "current.json", "runs"]


def test_of_runs_published_at_long_intervals_the_last_ones_stay(place: Place) -> None:
    published = []
    for _ in range(KEPT_RUNS + 2):
        place.later(KEPT_S * 10)
        published.append(place.publish())
    assert place.there() == published[-KEPT_RUNS:]


def test_a_run_that_was_superseded_only_just_stays_for_slow_readers(place: Place) -> None:
    published = []
    for _ in range(KEPT_RUNS + 3):
        place.later(10)
        published.append(place.publish())
    assert place.there() == published
    place.later(KEPT_S - 10 * (KEPT_RUNS + 1) + 1)  # the second came just more than KEPT_S ago
    published.append(place.publish())
    assert place.there() == published[1:]


def test_what_a_killed_run_left_behind_is_gone_with_the_next(place: Place) -> None:
    published = place.publish()
    place.later(1)
    half = place.runs.begin()
    place.later(1)
    whole = place.begin()  # written whole, but killed before it was named
    place.later(1)
    place.publish()
    assert {half.id, whole.id}.isdisjoint(place.there())
    assert published in place.there()


def test_a_run_that_came_to_nothing_leaves_nothing(place: Place) -> None:
    published = place.publish()
    place.later(1)
    place.runs.discard(place.begin())
    assert place.there() == [published]
    assert place.runs.current() == published


def test_one_process_at_a_time_may_publish(place: Place) -> None:
    with (
        place.runs.lock(),
        pytest.raises(HeldError, match=f"held by process {os.getpid()} on "),
        place.runs.lock(),
    ):
        raise AssertionError("the lock was given twice")
    with place.runs.lock():
        assert place.runs.current() is None


def test_a_link_is_turned_in_one_step_and_is_relative(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / "runs" / name).mkdir(parents=True)
        turn_link(tmp_path / "names" / "current", tmp_path / "runs" / name)
        assert os.readlink(tmp_path / "names" / "current") == f"../runs/{name}"
    assert os.listdir(tmp_path / "names") == ["current"]


def test_the_names_people_know_lead_through_current(place: Place, tmp_path: Path) -> None:
    names = {tmp_path / "out" / "analysis_csv": "csv", tmp_path / "analysis_parquet": "parquet"}
    for _ in range(2):
        place.later(1)
        run = place.begin()
        for part in names.values():
            (Path(run.folder) / part).mkdir()
            (Path(run.folder) / part / "of").write_text(run.id)
        place.runs.publish(run, "f")
        turn_names(names, place.folder / "current")
        assert {(link / "of").read_text() for link in names} == {run.id}
    assert os.readlink(tmp_path / "out" / "analysis_csv") == "../batch/current/csv"


def test_a_name_that_is_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / "analysis_csv"
    theirs.mkdir()
    (theirs / "precious").touch()
    with pytest.raises(UserError, match=f"{theirs}: not a link of ours; move it away, or name another place"):
        turn_link(theirs, tmp_path / "runs")
    assert os.listdir(tmp_path) == ["analysis_csv"]
    assert os.listdir(theirs) == ["precious"]
    check_link(tmp_path / "nothing there")
    (tmp_path / "dangling").symlink_to("nowhere")
    check_link(tmp_path / "dangling")
