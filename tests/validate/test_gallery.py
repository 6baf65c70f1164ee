"""Every business of the gallery has the full score."""

from __future__ import annotations

from pathlib import Path

import pytest

from datagen.cli import main
from tests.gallery import GALLERY
from tests.validate.sets import broken
from validate.run import validate


@pytest.mark.parametrize("path", GALLERY.values(), ids=GALLERY)
def test_a_business_of_the_gallery_scores_100(path: Path, tmp_path: Path) -> None:
    assert main(["generate", str(path), "-o", str(tmp_path / "set"), "--quiet"]) == 0
    result = validate(path, tmp_path / "set")
    assert (broken(result), result.score) == (set(), 100.0)
    assert sum(one.family == "behaviour" and one.verdict == "holds" for one in result.findings) > 10


@pytest.mark.parametrize("name", ["shop", "bank", "funnel", "users_events"])
def test_a_business_of_many_tables_scores_100_as_days(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    assert main(["generate", str(GALLERY[name]), "-o", str(folder), "--daily", "--quiet"]) == 0
    result = validate(GALLERY[name], folder)
    assert (broken(result), result.score) == (set(), 100.0)
    assert sum(one.family == "behaviour" and one.verdict == "holds" for one in result.findings) > 10
