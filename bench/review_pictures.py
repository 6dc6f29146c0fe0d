"""Pictures of the coders' page for docs/: a simulated lake, the real server, a real browser. Nobody in them exists.

Example: python -m bench.review_pictures --out docs
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Annotated, Literal

import typer
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from sqlalchemy import select

from bench import review_lake
from bench.json_line import command, finish, say
from bench.place import workplace
from bench.review import linked
from bench.review_browser import ARGUMENTS, MISSING, found
from bench.review_server import Seat, Server, filled, free_port, seats
from contract.errors import CheckFailed, InputError
from review.state import tables
from review.state.database import Database
from runner import coders

KEYS = ("pictures", "largest_kb")
LIMIT = 250_000  # bytes
COLOURS = 160
CALM_MS = 700  # until the page stands still
SUGGESTED = (7, 16)  # codes of a chart that makes a good picture
CHARTS = 120


@dataclass(frozen=True)
class Shot:
    """`keys`: pressed on a chart that has been opened; a text of several letters is typed. Nothing: the worklist."""

    keys: Sequence[str] = ()
    width: int = 1440
    height: int = 900
    scheme: Literal["light", "dark"] = "light"
    chart: bool = True


DECIDING = ("p", "a", "r", "1", "a")
SHOTS: Mapping[str, Shot] = {
    "review-worklist": Shot(chart=False),
    "review-chart": Shot(DECIDING),
    "review-dark": Shot(DECIDING, scheme="dark"),
    "review-search": Shot(("a", "/", "acute kidney")),
    "review-timeline": Shot(("p", "a", "g", "t")),
    "review-phone": Shot(("p",), 390, 844),
}


def taken(shot: Shot, context: BrowserContext, chart: str) -> bytes:
    page = context.new_page()
    page.goto(f"/charts/{chart}" if shot.chart else "/worklist")
    for key in shot.keys:
        page.keyboard.press(key) if len(key) == 1 else page.keyboard.type(key, delay=60)
        page.wait_for_timeout(CALM_MS)
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
            places = list(zip(seats(database, len(SHOTS)), _charts(database), strict=True))
            sizes = _all(f"http://127.0.0.1:{server.port}", places, out)
        finally:
            server.stop()
    finish(KEYS, {"pictures": len(sizes), "largest_kb": round(max(sizes) / 1000)})


def _charts(database: Database) -> list[str]:
    """One for each picture: stays with a handful of suggestions, the first of the worklist."""
    kept = tables.charts.c
    few = kept.suggestions.between(*SUGGESTED)
    query = select(kept.id).where(kept.blind.is_(False), kept.setting == "inpatient", few)
    with database.read() as connection:
        found = connection.execute(query.order_by(kept.priority.desc()).limit(len(SHOTS))).scalars().all()
    if len(found) < len(SHOTS):
        raise InputError(f"the lake has {len(found)} stays with {SUGGESTED[0]} to {SUGGESTED[1]} suggested codes.")
    return list(found)


def _all(address: str, places: Sequence[tuple[Seat, str]], out: Path) -> list[int]:
    sizes = []
    with sync_playwright() as playwright:
        path = found(playwright)
        if path is None:
            raise InputError(MISSING)
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        for (name, shot), (seat, chart) in zip(SHOTS.items(), places, strict=True):
            picture = taken(shot, _context(browser, shot, address, seat), chart)
            if len(picture) > LIMIT:
                raise CheckFailed(f"{name}.png has {len(picture):,} bytes, at most {LIMIT:,} were expected.")
            (out / f"{name}.png").write_bytes(picture)
            say(f"{name}.png: {len(picture):,} bytes")
            sizes.append(len(picture))
        browser.close()
    return sizes


if __name__ == "__main__":
    command(main)
