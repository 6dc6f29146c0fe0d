"""The whole path by keys alone: few of them a code, and the next key always finds its place."""

from playwright.sync_api import expect

from tests.review.browser.person import Person
from tests.review.browser.site import Site

A_CODE = 1.2  # keys, in the common path


def at_codes(person: Person) -> None:
    """The focus is in the codes: the next key is heard there."""
    inside = person.page.evaluate("() => !!document.activeElement.closest('#codes')")
    assert inside, f"the focus is at {person.focused()}"


def test_a_code_takes_a_key(site: Site, anna: Person) -> None:
    """The common path: what is sure at once, then one key a suggestion, then finish."""
    anna.open(site.chart("stay-1"))
    for key, code in (("p", "I50.21"), ("a", "N17.9"), ("a", "I10"), ("a", "E11.9"), ("a", "B2111ZZ")):
        at_codes(anna)
        assert anna.chosen == code
        anna.press(key)
        anna.is_(code, "accepted")
    anna.at_version(6)
    at_codes(anna)
    anna.press("f")
    expect(anna.codes).to_have_attribute("data-finished", "")
    assert sum(anna.keys.values()) / 5 <= A_CODE
    at_codes(anna)
    before = anna.page.url
    anna.press("N")
    anna.page.wait_for_url(lambda url: "/charts/" in url and url != before)
    at_codes(anna)


def test_every_act_has_its_key(site: Site, anna: Person) -> None:
    anna.page.goto("/worklist")
    anna.press("n")
    anna.page.wait_for_url("**/charts/**")
    anna.open(site.chart("stay-1"))
    anna.press("A")  # all that is sure
    anna.is_("I50.21", "accepted")
    at_codes(anna)
    assert anna.chosen == "N17.9"
    anna.press("r", "1")
    anna.is_("N17.9", "rejected")
    at_codes(anna)
    anna.press("a")
    anna.is_("I10", "accepted")
    at_codes(anna)
    _on_line(anna)
    _change(anna)
    _find(anna)
    anna.press("z")
    expect(anna.line("D50.0")).to_have_count(0)
    anna.press("Z")
    anna.is_("D50.0", "accepted")
    at_codes(anna)
    anna.press("Delete")


def _on_line(anna: Person) -> None:
    at_codes(anna)
    anna.press("k", "k", "k", "k", "k")
    assert anna.chosen == "I50.21"


def _change(anna: Person) -> None:
    anna.press("j")
    assert anna.chosen == "I10"
    anna.press("p")
    expect(anna.line("I10")).to_have_attribute("data-principal", "")
    at_codes(anna)
    anna.press("y")
    expect(anna.line("I10")).to_have_attribute("data-poa", "Y")
    at_codes(anna)
    anna.press("]")
    expect(anna.line("I10")).to_have_attribute("data-rank", "2")
    at_codes(anna)


def _find(anna: Person) -> None:
    anna.press("/")
    assert anna.focused() == "search"
    anna.page.keyboard.type("D50.0")
    expect(anna.page.locator("#found [role=option]").first).to_be_visible()
    anna.press("Enter")
    anna.is_("D50.0", "accepted")
    at_codes(anna)


def test_one_key_accepts_a_code_and_says_that_it_was_present_on_admission(site: Site, anna: Person) -> None:
    anna.open(site.chart("stay-1"))
    first = anna.chosen
    anna.press("y")
    anna.is_(first, "accepted")
    expect(anna.line(first)).to_have_attribute("data-poa", "Y")
    assert anna.chosen != first
    at_codes(anna)


def test_help_and_places(site: Site, anna: Person) -> None:
    anna.open(site.chart("stay-1"))
    anna.press("?")
    expect(anna.page.locator("#help")).to_be_visible()
    anna.press("Escape")
    expect(anna.page.locator("#help")).to_be_hidden()
    at_codes(anna)
    anna.press(".")
    expect(anna.page.locator("#notes mark").first).to_be_visible()
    at_codes(anna)
    for keys, tab in (("gt", "timeline"), ("gi", "imaging"), ("ga", "events"), ("gp", "pathology"), ("gn", "notes")):
        anna.press(*keys)
        expect(anna.page.locator("#panes")).to_have_attribute("data-tab", tab)
        assert anna.focused() != "body"
