"""Spark and a browser, one of each. Browser tests may be skipped only where there is none, and never in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.sparks import spark as spark

if TYPE_CHECKING:
    from playwright.sync_api import Browser

settings.register_profile("untimed", deadline=None)  # how long a test takes says how busy the machine is
settings.load_profile("untimed")

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium for Playwright's `executable_path`; CHROMIUM names another than the one on PATH."""
    found = next(filter(None, map(shutil.which, [os.environ.get("CHROMIUM", ""), *NAMES])), None)
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail("no Chromium: browser tests are never skipped in CI; install it, or name one in CHROMIUM")
    pytest.skip("no Chromium on PATH; install it, or name one in CHROMIUM")


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One for the tests of all pages: there can be no two in one process."""
    from playwright.sync_api import sync_playwright

    from tests.web.browsing import FLAGS

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()
