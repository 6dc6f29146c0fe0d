"""The whole path of a coder with her mouse: sign in, worklist, decide on each code, search, order, finish, next."""

from playwright.sync_api import expect

from tests.review.browser.person import Person
from tests.review.browser.site import Site


def test_from_the_worklist_to_the_next_chart(site: Site, anna: Person) -> None:
    anna.next()
    first = anna.page.url
    anna.open(site.chart("stay-1"))
    accept(anna, "I50.21")
    accept(anna, "I10")
    accept(anna, "E11.9")
    accept(anna, "B2111ZZ")
    reject(anna, "N17.9", "The notes deny it")
    add(anna, "iron deficiency anemia secondary to blood loss", "D50.0")
    evidence(anna, "D50.0", "breathing better")
    sequence(anna)
    back_and_forth(anna)
    finish(anna)
    anna.next()
    assert anna.page.url not in (first, site.address + site.chart("stay-1"))
    said = site.acts()
    assert {("accept", "I50.21"), ("reject", "N17.9"), ("add", "D50.0"), ("finish", "")} <= set(said)
    assert len([act for act in said if act == ("add", "D50.0")]) == 1


def accept(person: Person, code: str) -> None:
    person.line(code).locator("button[data-does=accept]").first.click()
    person.is_(code, "accepted")


def reject(person: Person, code: str, reason: str) -> None:
    person.line(code).locator("button[data-does=reject]").first.click()
    person.page.locator(f"#rejecting button[data-reason='{reason}']").click()
    person.is_(code, "rejected")
    expect(person.line(code)).to_contain_text(reason)


def add(person: Person, words: str, code: str) -> None:
    person.page.locator("#search").click()
    person.page.keyboard.type(words)
    person.page.locator(f"#found [role=option][data-code='{code}']").click()
    person.is_(code, "accepted")
    expect(person.line(code)).to_have_attribute("data-added", "")


def evidence(person: Person, code: str, words: str) -> None:
    person.line(code).locator("a.pick").click()
    person.select(words)
    person.page.locator("#marked button[data-does=evidence]").click()
    expect(person.line(code).locator(".where li")).to_have_count(1)
    expect(person.page.locator("#notes mark", has_text=words).first).to_be_visible()


def sequence(person: Person) -> None:
    """Another principal, the present-on-admission indicator, one place up."""
    person.line("I10").locator("a.pick").click()
    person.line("I10").locator("button[data-does=principal]").click()
    expect(person.line("I10")).to_have_attribute("data-principal", "")
    expect(person.line("I10")).to_have_attribute("data-rank", "1")
    person.line("I10").locator("button[data-does=poa-Y]").click()
    expect(person.line("I10")).to_have_attribute("data-poa", "Y")
    person.line("E11.9").locator("a.pick").click()
    before = int(person.line("E11.9").get_attribute("data-rank") or 0)
    person.line("E11.9").locator("button[data-does=earlier]").click()
    expect(person.line("E11.9")).to_have_attribute("data-rank", str(before - 1))


def back_and_forth(person: Person) -> None:
    before = person.line("E11.9").get_attribute("data-rank")
    person.codes.locator("button[data-does=undo]").click()
    expect(person.line("E11.9")).not_to_have_attribute("data-rank", before or "")
    person.codes.locator("button[data-does=redo]").click()
    expect(person.line("E11.9")).to_have_attribute("data-rank", before or "")


def finish(person: Person) -> None:
    person.codes.locator("button[data-does=finish]").click()
    expect(person.codes).to_have_attribute("data-finished", "")
    expect(person.codes.locator("button[data-does=accept]")).to_have_count(0)
