"""Pictures of the coders' page for docs/: a simulated lake, the real server, a real browser. Nobody in them exists.

Example: python -m bench.review_pictures --out docs
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Annotated, Literal

import typer
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench import review_lake
from bench.json_line import command, finish, say
from bench.place import workplace
from bench.review import linked
from bench.review_browser import ARGUMENTS, MISSING, found
from bench.review_server import Seat, Server, filled, free_port, seats
from contract.errors import CheckFailed, InputError
from review.state.database import Database
from runner import coders

KEYS = ("pictures", "largest_kb")
LIMIT = 250_000  # bytes
COLOURS = 160
CHARTS = 120


@dataclass(frozen=True)
class Shot:
    """`acts`: what is done before the picture is taken, on a chart that has just been opened."""

    acts: Callable[[Page], None]
    width: int = 1440
    height: int = 900
    scheme: Literal["light", "dark"] = "light"


def _worklist(page: Page) -> None:
    page.goto("/worklist")


def _chart(page: Page) -> None:
    page.goto("/worklist")
    page.locator("form[action='/worklist/next'] button").first.click()
    page.wait_for_url("**/charts/**")


def _deciding(page: Page) -> None:
    _chart(page)
    for key in ("a", "r", "1", "a"):
        page.keyboard.press(key)
        page.wait_for_timeout(400)


def _searching(page: Page) -> None:
    _chart(page)
    page.keyboard.press("/")
    page.keyboard.type("acute kidney", delay=60)
    page.wait_for_timeout(800)


def _timeline(page: Page) -> None:
    _chart(page)
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_timeout(600)


SHOTS: Mapping[str, Shot] = {
    "review-worklist": Shot(_worklist),
    "review-chart": Shot(_deciding),
    "review-dark": Shot(_deciding, scheme="dark"),
    "review-search": Shot(_searching),
    "review-timeline": Shot(_timeline),
    "review-phone": Shot(_chart, 390, 844),
}


def taken(shot: Shot, context: BrowserContext) -> bytes:
    page = context.new_page()
    shot.acts(page)
    raw = page.screenshot()
    page.close()
    return small(raw)


def small(raw: bytes) -> bytes:
    """With few colours: a page of text looks the same, at a third of the bytes."""
    out = BytesIO()
    Image.open(BytesIO(raw)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _context(browser: Browser, shot: Shot, address: str, seat: Seat) -> BrowserContext:
    made = browser.new_context(
        base_url=address, viewport={"width": shot.width, "height": shot.height}, color_scheme=shot.scheme
    )
    name, _, value = seat.cookie.partition("=")
    made.add_cookies([{"name": name, "value": value, "url": address}])
    return made


def main(
    out: Annotated[Path, typer.Option(help="Where pictures go.")],
    lake: Annotated[Path | None, typer.Option(help="A lake of simulated persons; else one is made.")] = None,
    work: Annotated[Path | None, typer.Option(help="Kept for a look; else a temporary folder.")] = None,
) -> None:
    """Pictures of the coders' page."""
    with workplace("review_pictures", work) as place:
        made = linked(lake.resolve(), place / "linked") if lake else review_lake.build(place / "made", CHARTS)
        settings = coders.without_config(made)
        database = Database.open(settings)
        server = Server(settings, free_port(), place / "server.log")
        server.start()
        try:
            filled(database)
            sizes = _all(f"http://127.0.0.1:{server.port}", seats(database, len(SHOTS)), out)
        finally:
            server.stop()
    finish(KEYS, {"pictures": len(sizes), "largest_kb": round(max(sizes) / 1000)})


def _all(address: str, places: list[Seat], out: Path) -> list[int]:
    sizes = []
    with sync_playwright() as playwright:
        path = found(playwright)
        if path is None:
            raise InputError(MISSING)
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        for (name, shot), seat in zip(SHOTS.items(), places, strict=True):
            picture = taken(shot, _context(browser, shot, address, seat))
            if len(picture) > LIMIT:
                raise CheckFailed(f"{name}.png has {len(picture):,} bytes, at most {LIMIT:,} were expected.")
            (out / f"{name}.png").write_bytes(picture)
            say(f"{name}.png: {len(picture):,} bytes")
            sizes.append(len(picture))
        browser.close()
    return sizes


if __name__ == "__main__":
    command(main)
