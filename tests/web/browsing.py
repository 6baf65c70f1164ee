"""A page in Chromium that notices what no page of ours may do: complain, throw, or ask another host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
QUIET = (
    "net::ERR_CONNECTION_REFUSED",
    "net::ERR_CONTENT_LENGTH_MISMATCH",  # ended in the middle of an answer
    "net::ERR_CONNECTION_RESET",
    "net::ERR_EMPTY_RESPONSE",
    "net::ERR_SOCKET_NOT_CONNECTED",
)
DRAWN = ".card:not([data-state=ready]), .strip:not([data-state=ready])"

EVIL = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(2)</script>",
    "javascript:alert(3)",
    "' or 1=1 --",
    "a&where.city=b#c",
    "&lt;b&gt;",
    "{{7*7}}",
    "%00%",
]
# The texts that stand out too little from what is behind them.
CONTRASTS = """() => {
    const channels = (text) => text.match(/[\\d.]+/g).map(Number);
    const light = (text) => {
        const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        const [r, g, b] = channels(text).map((c) => linear(c / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (node) => {
        for (; node; node = node.parentElement) {
            const colour = getComputedStyle(node).backgroundColor;
            if (!/, 0\\)$/.test(colour)) return colour;
        }
        return "rgb(255, 255, 255)";
    };
    const texts = [...document.querySelectorAll("body *")].filter((node) =>
        [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim())
        && node.checkVisibility({ visibilityProperty: true })
        && !node.matches("option, :disabled, .sr-only, noscript"));
    return texts.map((node) => {
        const [a, b] = [light(getComputedStyle(node).color), light(behind(node))].sort((x, y) => y - x);
        return [(a + 0.05) / (b + 0.05), node.className + ": " + node.textContent.slice(0, 40)];
    }).filter(([ratio]) => ratio < 4.5);
}"""


@dataclass
class Tab:
    """One page of a browser. `forgiven` are parts of complaints that a test provokes on purpose."""

    page: Page
    url: str
    forgiven: tuple[str, ...] = ()
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"thrown: {error}"))
        self.page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        self.page.on("request", self._asked)

    def open(self, query: str = "") -> Page:
        self.page.goto(f"{self.url}/{query}")
        return self.page

    def drawn(self, query: str = "") -> Page:
        """The page with every card showing its figures."""
        self.open(query)
        expect(self.page.locator(DRAWN)).to_have_count(0)
        return self.page

    def check(self) -> None:
        """Nothing was complained of, nothing came from elsewhere, nothing sticks out."""
        complaints = [text for text in self.complaints if not any(part in text for part in self.forgiven)]
        assert not complaints, complaints
        strangers = {urlsplit(address).netloc for address in self.asked} - {urlsplit(self.url).netloc}
        assert not strangers, strangers
        wider = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{wider} px stick out"

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _asked(self, request: Request) -> None:
        self.asked.append(request.url)


def open_tab(browser: Browser, url: str, *, width: int = 1280, scheme: str = "light", locale: str = "en-GB") -> Tab:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        locale=locale,
        timezone_id="America/New_York",
        reduced_motion="reduce",
    )
    return Tab(context.new_page(), url)


Visit = Callable[..., Tab]


@contextmanager
def visiting(browser: Browser, home: str) -> Iterator[Visit]:
    """Gives what opens tabs, on `home` where no other address is named; each is checked at the end."""
    tabs: list[Tab] = []

    def opened(url: str = home, **options: Any) -> Tab:
        tabs.append(open_tab(browser, url, **options))
        return tabs[-1]

    yield opened
    for tab in tabs:
        tab.check()
        tab.page.context.close()
