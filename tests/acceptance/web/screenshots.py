"""Pictures of every page: `make screenshots` writes them to `var/screenshots`.

Each stop of each tour in both languages and both themes, on a phone and at a desk, whole from top
to bottom. Names of tours or stops take only those: `python -m tests.acceptance.web.screenshots
admin public/start`.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser
from tests.acceptance.web.bank import Bank, Templates, served
from tests.acceptance.web.touring import LANGUAGES, THEMES, Stop, list_stops, looking_at
from tests.acceptance.web.visiting import CHROMIUM, find_chromium, open_browser

DIRECTORY: Final = Path("var/screenshots")
#: Phone and desk, in the order in which a page is made wider.
SIZES: Final = ({"width": 390, "height": 844}, {"width": 1280, "height": 800})


def main(wanted: Sequence[str]) -> None:
    """Take the pictures."""
    chromium = find_chromium()
    if chromium is None:
        sys.exit(f"no browser: none of {', '.join(CHROMIUM)} is installed")
    stops = {
        name: stop
        for name, stop in list_stops().items()
        if not wanted or name in wanted or name.partition("/")[0] in wanted
    }
    with (
        tempfile.TemporaryDirectory() as place,
        Templates(Path(place) / "banks") as templates,
        templates.open("sqlite", Path(place) / "bank") as (service, known),
        served(service) as address,
        open_browser(chromium) as browser,
    ):
        bank = Bank(service=service, known=known, address=address)
        for name, stop in stops.items():
            take(stop, browser, bank, DIRECTORY / name)
            print(name, flush=True)
    print(f"{len(stops)} pages in {DIRECTORY}")


def take(stop: Stop, browser: Browser, bank: Bank, place: Path) -> None:
    """Take every picture of one stop."""
    place.parent.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        with looking_at(stop, browser, bank, locale=language) as (visit, _, _):
            if stop.act is not None:
                stop.act(visit)
            for size in SIZES:
                visit.page.set_viewport_size(size)  # type: ignore[arg-type]
                for theme in THEMES:
                    visit.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                    name = f"{place.name}-{language}-{theme}-{size['width']}.png"
                    visit.page.screenshot(path=place.with_name(name), full_page=True)


if __name__ == "__main__":
    main(sys.argv[1:])
