"""A person at her browser: signs in, opens charts, decides; and what her browser must never do while she does."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Locator, Page, Request, expect

from tests.review.browser.site import PASSWORD

WAIT_MS = 8_000
SELECT = """words => {
  const walker = document.createTreeWalker(document.querySelector("#notes"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf(words);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + words.length);
    const selection = document.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    return true;
  }
  return false;
}"""
HARMLESS = ("Failed to load resource",)  # Chromium says so of each answer that is not 200; tests look at those


@dataclass
class Person:
    """`keys`: how many she has pressed. `wrong`: dialogs, errors of scripts, refusals of the policy, other sites."""

    name: str
    address: str
    context: BrowserContext = field(repr=False)
    page: Page = field(repr=False)
    keys: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @classmethod
    def at(cls, browser: Browser, address: str, name: str, **options: Any) -> "Person":
        context = browser.new_context(base_url=address, **options)
        context.set_default_timeout(WAIT_MS)
        page = context.new_page()
        person = cls(name, address, context, page)
        person.watch(page)
        return person

    def watch(self, page: Page) -> None:
        page.on("dialog", self._dialog)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        page.on("request", self._request)

    def leave(self) -> None:
        """The browser is closed; raises what it must not have done."""
        self.context.close()
        assert self.wrong == [], "\n".join(self.wrong)

    def sign_in(self) -> None:
        self.page.goto("/login")
        self.page.get_by_label("Name").fill(self.name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/worklist")

    def open(self, path: str) -> None:
        self.page.goto(path)
        expect(self.codes).to_be_visible()

    def next(self) -> None:
        """From the worklist or a chart, by its button."""
        before = self.page.url
        self.page.locator("form[action='/worklist/next'] button").first.click()
        self.page.wait_for_url(lambda url: "/charts/" in url and url != before)

    def select(self, words: str) -> None:
        """Marks the words in the first note that has them, as a drag of the mouse does."""
        assert self.page.evaluate(SELECT, words), f"no note has {words!r}"

    def press(self, *keys: str) -> None:
        for key in keys:
            self.keys[key] += 1
            self.page.keyboard.press(key)

    @property
    def codes(self) -> Locator:
        return self.page.locator("#codes")

    def line(self, code: str) -> Locator:
        return self.page.locator(f"#codes li.line[data-code='{code}']")

    @property
    def chosen(self) -> str:
        return self.page.locator("#codes li.line[aria-current=true]").first.get_attribute("data-code") or ""

    @property
    def version(self) -> int:
        return int(self.codes.get_attribute("data-version") or -1)

    def at_version(self, version: int) -> None:
        """Waits until so many acts are in the panel."""
        expect(self.codes).to_have_attribute("data-version", str(version), timeout=WAIT_MS)

    def is_(self, code: str, state: str) -> None:
        """On the server too: the page shows at once what will be, and is busy until it is."""
        expect(self.codes).not_to_have_attribute("aria-busy", "true", timeout=WAIT_MS)
        expect(self.line(code)).to_have_attribute("data-state", state, timeout=WAIT_MS)

    def focused(self) -> str:
        """Where the next key goes: id, or name of the element; `body` is nowhere."""
        said: str = self.page.evaluate(
            "() => { const at = document.activeElement; return at.id || at.tagName.toLowerCase() }"
        )
        return said

    def _dialog(self, dialog: Dialog) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(HARMLESS):
            self.wrong.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "about:")):
            self.wrong.append(f"request: {request.url}")
