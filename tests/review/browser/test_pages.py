"""Every page in a real browser: it fits from 320 px to 4K, in light and dark, and axe finds nothing."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.review.browser.person import Person
from tests.review.browser.site import Site

PAGES = {"anna": ("/worklist", "/account", "/keys"), "olga": ("/worklist", "/audit", "/agreement"), "ada": ("/users",)}
CHARTS = ("stay-1", "blind-1")
WIDTHS = (320, 768, 1440, 3840)
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


SCHEMES = ("light", "dark")


@pytest.fixture(scope="module")
def site(template: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for all: here nobody decides anything."""
    made = template.copied(tmp_path_factory.mktemp("pages"))
    made.start()
    yield made
    made.stop()


@pytest.mark.parametrize("name", PAGES)
def test_pages_fit_and_can_be_read(chromium: Browser, site: Site, name: str) -> None:
    person = Person.at(chromium, site.address, name)
    fits(person, "/login")
    person.page.goto("/login")
    person.sign_in()
    for path in PAGES[name]:
        fits(person, path)
    person.leave()


def test_charts_fit_and_can_be_read(chromium: Browser, site: Site) -> None:
    person = Person.at(chromium, site.address, "anna")
    person.sign_in()
    for encounter in CHARTS:
        fits(person, site.chart(encounter))
    for tab in ("timeline", "imaging", "events"):
        fits(person, f"{site.chart('stay-1')}?tab={tab}")
    person.press("?")
    clean(person, "keys")
    person.press("Escape", "/")
    person.page.keyboard.type("anemia")
    person.page.locator("#found [role=option]").first.wait_for()
    clean(person, "search")
    person.press("Escape", "r")
    clean(person, "reject")
    person.leave()


def fits(person: Person, path: str) -> None:
    answer = person.page.goto(path)
    assert answer is not None and answer.ok, f"{path}: {answer and answer.status}"
    for width in WIDTHS:
        person.page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            paint(person, scheme)
            wide = person.page.evaluate(TOO_WIDE)
            assert wide <= 0, f"{path} is {wide} px too wide at {width} px, {scheme}"
    person.page.set_viewport_size({"width": 1280, "height": 900})
    clean(person, path)


def clean(person: Person, what: str) -> None:
    """By axe, whose own styles the policy refuses: that is no fault of the page."""
    for scheme in SCHEMES:
        paint(person, scheme)
        before = len(person.wrong)
        found = Axe().run(person.page, options={"preload": False})
        person.page.evaluate("() => 0")
        del person.wrong[before:]
        assert found.violations_count == 0, f"{what}, {scheme}: {found.generate_report()}"


def paint(person: Person, scheme: str) -> None:
    person.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    assert person.page.evaluate("scheme => matchMedia(`(prefers-color-scheme: ${scheme})`).matches", scheme)
