"""Every page in a real browser: it fits from 320 px to 4K, in light and dark, and axe finds nothing."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.review.browser.person import Person
from tests.review.browser.site import Site

PAGES = {"anna": ("/worklist", "/account", "/keys"), "olga": ("/worklist", "/audit", "/agreement"), "ada": ("/users",)}
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


def fits(person: Person, path: str, scheme: str) -> None:
    answer = person.page.goto(path)
    assert answer is not None and answer.ok, path
    for width in WIDTHS:
        person.page.set_viewport_size({"width": width, "height": 900})
        wide = person.page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} px too wide at {width} px"
    person.page.set_viewport_size({"width": 1280, "height": 900})
    found = Axe().run(person.page)
    assert found.violations_count == 0, f"{path}, {scheme}: {found.generate_report()}"
