"""The whole path without JavaScript: forms, links and redirects alone."""

import pytest
from playwright.sync_api import Browser, expect

from tests.review.browser.person import Person
from tests.review.browser.site import Site


@pytest.fixture
def plain(chromium: Browser, site: Site) -> Person:
    return Person.at(chromium, site.address, "anna", java_script_enabled=False)


def test_forms_do_it_all(site: Site, plain: Person) -> None:
    plain.sign_in()
    plain.next()
    plain.open(site.chart("stay-1"))
    press(plain, "I50.21", "accept")
    press(plain, "I10", "accept")
    press(plain, "E11.9", "accept")
    press(plain, "B2111ZZ", "accept")
    _reject_with_reason(plain)
    _search_and_add(plain)
    pick(plain, "I10")
    plain.line("I10").locator("button[data-does=principal]").click()
    expect(plain.line("I10")).to_have_attribute("data-principal", "")
    pick(plain, "I10")
    plain.line("I10").locator("button[data-does=later]").click()
    expect(plain.line("I10")).to_have_attribute("data-rank", "2")
    plain.codes.locator("button[data-does=undo]").click()
    expect(plain.line("I10")).to_have_attribute("data-rank", "1")
    plain.codes.locator("button[data-does=finish]").click()
    expect(plain.codes).to_have_attribute("data-finished", "")
    plain.next()
    assert ("finish", "") in site.acts()
    plain.leave()


def press(person: Person, code: str, does: str) -> None:
    person.line(code).locator(f"button[data-does={does}]").first.click()
    person.is_(code, "accepted")


def pick(person: Person, code: str) -> None:
    person.line(code).locator("a.pick").click()
    expect(person.line(code)).to_have_attribute("aria-current", "true")


def _reject_with_reason(person: Person) -> None:
    pick(person, "N17.9")
    person.line("N17.9").locator("details.by-form summary").click()
    person.page.get_by_label("Reason", exact=True).fill('<b>"no"</b> & not now')
    person.line("N17.9").locator("details.by-form").get_by_role("button", name="Reject").click()
    person.is_("N17.9", "rejected")
    expect(person.line("N17.9")).to_contain_text('<b>"no"</b> & not now')


def _search_and_add(person: Person) -> None:
    person.page.locator("#search").fill("iron deficiency anemia blood loss")
    person.page.locator("#adding button").click()
    person.page.get_by_role("button", name="Add D50.0").click()
    person.is_("D50.0", "accepted")
