"""Takes the pictures of the pages that the README and the docs show, from a demo that is running.

make demo            (in one terminal)
make pictures        (in another)
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
PAGES = {
    "batch.png": os.environ.get("DEMO_BATCH_PORT", "8501"),
    "stream.png": os.environ.get("DEMO_STREAM_PORT", "8502"),
}
BROWSER = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def main() -> int:
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--force-color-profile=srgb"]
        browser = playwright.chromium.launch(executable_path=BROWSER, args=options)
        page = browser.new_page(viewport={"width": 1280, "height": 1060}, reduced_motion="reduce")
        for name, port in PAGES.items():
            page.goto(f"http://127.0.0.1:{port}/")
            page.wait_for_selector("canvas")
            page.wait_for_timeout(3000)  # until every card is drawn
            page.screenshot(path=HERE / name)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
