"""A real Chromium before a real server: one browser for all tests, a site and a person at it for each."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from bench.review_browser import ARGUMENTS, MISSING, found
from review.state import passwords
from tests.review import lakes
from tests.review.browser.person import Person
from tests.review.browser.site import Site
from tests.review.conftest import QUICK_HASHER


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = found(playwright)
        if path is None:
            warnings.warn(MISSING, stacklevel=1)
            pytest.skip(MISSING)
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session", autouse=True)
def _one_index(one_index: None) -> None:
    """For every application here."""


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """With its accounts and charts; to be copied, which is quicker than to be made."""
    folder = tmp_path_factory.mktemp("browser")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "hasher", QUICK_HASHER)
        return Site.of(lakes.publish(folder / "lake"), folder / "inbox")


@pytest.fixture
def site(template: Site, tmp_path: Path) -> Iterator[Site]:
    made = template.copied(tmp_path)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def anna(chromium: Browser, site: Site) -> Iterator[Person]:
    """A coder who has signed in. What her browser must never do has not happened when the test ends."""
    person = Person.at(chromium, site.address, "anna")
    person.sign_in()
    yield person
    person.leave()


@pytest.fixture
def bela(chromium: Browser, site: Site) -> Iterator[Person]:
    person = Person.at(chromium, site.address, "bela")
    person.sign_in()
    yield person
    person.leave()
