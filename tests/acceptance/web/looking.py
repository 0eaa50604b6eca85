"""What is looked at on every page: what axe says, how it fits, what it weighs, whom it names."""

from collections.abc import Iterable
from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

#: WCAG 2.2, A and AA, and what axe calls best practice.
TAGS: Final = (
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice",
)  # fmt: skip
COLOURS: Final = ("color-contrast", "link-in-text-block")
WEIGHT: Final = 150_000
WEIGHT_WITH_CHARTS: Final = 400_000
MOST_SHIFT: Final = 0.1
WIDTHS: Final = (360, 2560)

#: Adds up how far the page jumps while it comes in, apart from what somebody asked for.
WATCH_SHIFT: Final = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifted += one.value;
}).observe({type: "layout-shift", buffered: true});
"""
#: Where the page leads, and what it would load.
ADDRESSES: Final = """() => [...document.querySelectorAll("[href], [src], [action], [formaction]")]
  .flatMap((one) => ["href", "src", "action", "formaction"].map((name) => one.getAttribute(name)))
  .filter((address) => address)"""


def axe(page: Page, **options: Any) -> list[tuple[str, list[str]]]:
    """Return what axe finds wrong with a page: the rule, and where."""
    found = Axe().run(page, options=options or None).response["violations"]
    return [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found]


def find_faults(page: Page) -> list[tuple[str, list[str]]]:
    """Return what axe finds wrong by the rules of WCAG 2.2 AA and by best practice."""
    return axe(page, runOnly={"type": "tag", "values": list(TAGS)})


def find_faint(page: Page) -> list[tuple[str, list[str]]]:
    """Return what cannot be told from what is around it: the rules that a theme may break."""
    return axe(page, runOnly={"type": "rule", "values": list(COLOURS)})


class Scales:
    """Weighs what a page loads on a first visit."""

    def __init__(self, page: Page) -> None:
        self._sizes: dict[str, float] = {}
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        session.on("Network.loadingFinished", self._note)

    def _note(self, event: dict[str, Any]) -> None:
        self._sizes[event["requestId"]] = event["encodedDataLength"]

    @property
    def bytes(self) -> float:
        """Return how much came over the wire."""
        return sum(self._sizes.values())


def overflows(page: Page, widths: Iterable[int] = WIDTHS) -> list[str]:
    """Return at which widths a page scrolls sideways."""
    height, found = 900, []
    for width in widths:
        page.set_viewport_size({"width": width, "height": height})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{wide} px at {width} px")
    return found


def list_told(page: Page, secrets: Iterable[str]) -> list[str]:
    """Return the addresses, of the page and on it, that name a person."""
    addresses = [page.url, *page.evaluate(ADDRESSES)]
    wanted = [one.casefold() for one in secrets]
    return [
        address
        for address in addresses
        if not address.startswith("mailto:") and any(one in address.casefold() for one in wanted)
    ]
