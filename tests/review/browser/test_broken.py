"""What goes wrong while a coder works: no decision is lost and none counts twice."""

import httpx
from playwright.sync_api import Browser, Route, expect
from sqlalchemy import delete

from review.state import tables
from review.state.database import Database
from tests.review.browser.person import Person
from tests.review.browser.site import PASSWORD, Site

PASSED = ("content-type", "x-csrf", "x-fragment", "origin")


def test_the_answer_is_lost(site: Site, anna: Person) -> None:
    """The act reaches the server, the answer does not reach the page: it is sent again and counts once."""
    anna.open(site.chart("stay-1"))
    cookie = "; ".join(f"{each['name']}={each['value']}" for each in anna.context.cookies())
    lost: list[int] = []

    def swallow(route: Route) -> None:
        if lost:
            route.continue_()
            return
        asked = route.request
        headers = {name: value for name, value in asked.headers.items() if name in PASSED}
        answer = httpx.post(asked.url, content=asked.post_data or "", headers={**headers, "cookie": cookie})
        lost.append(answer.status_code)
        route.abort("connectionreset")

    anna.page.route("**/acts", swallow)
    anna.press("a")
    anna.is_("I50.21", "accepted")
    assert lost == [200]
    assert site.acts() == [("accept", "I50.21")]


def test_the_server_is_gone_and_comes_back(site: Site, anna: Person) -> None:
    anna.open(site.chart("stay-1"))
    site.stop()
    anna.press("a")
    expect(anna.page.locator("#unsaved")).to_be_visible()
    site.start()
    anna.is_("I50.21", "accepted")
    expect(anna.page.locator("#unsaved")).to_be_hidden()
    assert site.acts() == [("accept", "I50.21")]


def test_the_session_ran_out(site: Site, anna: Person) -> None:
    """She signs in again where she is, and the act that waited is recorded."""
    anna.open(site.chart("stay-1"))
    database = Database.open(site.settings)
    with database.write() as connection:
        connection.execute(delete(tables.sessions))
    database.engine.dispose()
    anna.press("a")
    signing = anna.page.locator("#signing")
    expect(signing).to_be_visible()
    signing.get_by_label("Name").fill("anna")
    signing.get_by_label("Password").fill(PASSWORD)
    anna.press("Enter")
    anna.is_("I50.21", "accepted")
    assert site.acts() == [("accept", "I50.21")]


def test_two_coders_at_one_chart(site: Site, anna: Person, bela: Person) -> None:
    chart = site.chart("stay-1")
    anna.open(chart)
    bela.open(chart)
    expect(bela.page.locator("#why-not")).to_contain_text("Anna")
    assert bela.codes.locator("button[data-does=accept]").count() == 0
    bela.press("a")
    anna.press("a")
    anna.is_("I50.21", "accepted")
    bela.page.goto(chart)
    bela.is_("I50.21", "accepted")
    assert site.acts() == [("accept", "I50.21")]


def test_two_windows_of_one_coder(site: Site, anna: Person) -> None:
    """The second window is behind: it says so and shows what stands."""
    chart = site.chart("stay-1")
    anna.open(chart)
    other = anna.context.new_page()
    anna.watch(other)
    other.goto(chart)
    anna.press("a")
    anna.is_("I50.21", "accepted")
    other.bring_to_front()
    other.keyboard.press("r")
    other.keyboard.press("1")
    expect(other.locator("#refused")).to_be_visible()
    expect(other.locator("#codes li.line[data-code='I50.21']")).to_have_attribute("data-state", "accepted")
    assert site.acts() == [("accept", "I50.21")]


def test_the_browser_was_closed(chromium: Browser, site: Site, anna: Person) -> None:
    anna.open(site.chart("stay-1"))
    anna.press("a")
    anna.is_("I50.21", "accepted")
    anna.page.close()
    again = Person.at(chromium, site.address, "anna")
    again.sign_in()
    again.open(site.chart("stay-1"))
    again.is_("I50.21", "accepted")
    assert again.chosen == "N17.9"
    again.leave()


def test_html_in_a_note_is_text(site: Site, anna: Person) -> None:
    """Its tags are read as they stand; nothing of it runs (`anna` sees to that)."""
    anna.open(site.chart("stay-1"))
    notes = anna.page.locator("#notes")
    expect(notes).to_contain_text('<b>since yesterday</b>. <script>alert("note")</script>')
    assert notes.locator("script, b").count() == 0


def test_a_long_note(site: Site, anna: Person) -> None:
    anna.open(site.chart("long-1"))
    anna.press("a")
    anna.is_("J18.9", "accepted")
