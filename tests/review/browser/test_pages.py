"""Every page in a real browser: it fits from 320 px to 4K, in light and dark, and axe finds nothing."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.review.browser.person import Person
from tests.review.browser.site import Site

PAGES = {"anna": ("/worklist", "/account", "/keys"), "olga": ("/worklist", "/audit", "/agreement"), "ada": ("/users",)}
CHARTS = ("stay-1", "blind-1")
WIDTHS = (320, 768, 1440, 3840)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_pages_fit_and_can_be_read(chromium: Browser, site: Site, name: str, scheme: str) -> None:
    person = Person.at(chromium, site.address, name, color_scheme=scheme)
    fits(person, "/login", scheme)
    person.page.goto("/login")
    person.sign_in()
    for path in PAGES[name]:
        fits(person, path, scheme)
    person.leave()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_fit_and_can_be_read(chromium: Browser, site: Site, scheme: str) -> None:
    person = Person.at(chromium, site.address, "anna", color_scheme=scheme)
    person.sign_in()
    for encounter in CHARTS:
        fits(person, site.chart(encounter), scheme)
    for tab in ("timeline", "imaging", "events"):
        fits(person, f"{site.chart('stay-1')}?tab={tab}", scheme)
    person.press("?")
    clean(person, f"keys, {scheme}")
    person.press("Escape", "/")
    person.page.keyboard.type("anemia")
    person.page.locator("#found [role=option]").first.wait_for()
    clean(person, f"search, {scheme}")
    person.press("Escape", "r")
    clean(person, f"reject, {scheme}")
    person.leave()


def fits(person: Person, path: str, scheme: str) -> None:
    answer = person.page.goto(path)
    assert answer is not None and answer.ok, f"{path}: {answer and answer.status}"
    for width in WIDTHS:
        person.page.set_viewport_size({"width": width, "height": 900})
        wide = person.page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} px too wide at {width} px"
    person.page.set_viewport_size({"width": 1280, "height": 900})
    clean(person, f"{path}, {scheme}")


def clean(person: Person, what: str) -> None:
    """By axe, whose own styles the policy refuses: that is no fault of the page."""
    before = len(person.wrong)
    found = Axe().run(person.page, options={"preload": False})
    person.page.evaluate("() => 0")
    del person.wrong[before:]
    assert found.violations_count == 0, f"{what}: {found.generate_report()}"
