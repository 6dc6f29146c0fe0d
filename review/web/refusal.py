"""What a page says instead of an answer: what is wrong, and what to do. Never whose data it was about."""

from dataclasses import dataclass, field


@dataclass
class Refusal(Exception):
    """Raised anywhere below a route. `text` is shown: plain words without PHI, ending in what to do."""

    status: int
    text: str
    title: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def heading(self) -> str:
        return self.title or HEADINGS.get(self.status, "This cannot be done")


class SignedOut(Exception):
    """Nobody is signed in, or no longer: the page leads to the sign-in, a fragment holds one."""


HEADINGS = {
    400: "The request was not understood",
    401: "Please sign in",
    403: "Not allowed",
    404: "There is no such page",
    405: "This cannot be done here",
    408: "The request took too long",
    409: "The chart has moved on",
    410: "This chart is gone",
    413: "Too much was sent",
    415: "This form cannot be read",
    422: "This cannot be recorded",
    423: "Somebody else works on this chart",
    429: "Too many attempts",
    500: "Something went wrong here",
    503: "The page cannot answer now",
}
TEXTS = {
    400: "The browser sent something that this page does not read. Go back, reload the page and try once more.",
    404: "The address leads nowhere. Go to the worklist and start from there.",
    405: "This address does not take such a request. Go to the worklist and start from there.",
    413: "What was sent is larger than any decision. Nothing was recorded. Shorten the text and send it again.",
    500: "Nothing of what you sent was recorded, or its page would have said so. Reload the page and look at the last"
    " decision; if it is missing, do it once more. If this comes back, tell whoever runs chartloom the time.",
    503: "The database did not answer. Nothing was recorded. Wait a moment and try once more.",
}
