"""The worklist as it was asked for: what stands in its address, read with patience, and written back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from review.charts.chart import Side
from review.state.tables import STATES
from review.state.upcoming import DUE
from review.state.worklist import NOBODY, Filter
from review.web.render import page_number

DUE_NAME, ALL = "due", "all"
UNCERTAIN = (0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True)
class Asked:
    """`coder`: an id of a user, "nobody", or empty. What cannot be read is as if it had not been asked for."""

    state: str = DUE_NAME
    ward: str = ""
    coder: str = ""
    since: date | None = None
    until: date | None = None
    uncertain: float = 0.0
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str], side: Side) -> "Asked":
        """Past the gate neither ward, person nor date is asked for: answers would tell what is not shown."""
        state = query.get("state", "")
        coder = query.get("coder", "")
        asked = cls(
            state=state if state in (*STATES, ALL) else DUE_NAME,
            uncertain=_number(query.get("uncertain", "")),
            page=page_number(query.get("page", "")),
        )
        if side == "open":
            return asked
        return replace(
            asked,
            ward=query.get("ward", "")[:200],
            coder=coder if coder == "nobody" or _id(coder) else "",
            since=_day(query.get("from", "")),
            until=_day(query.get("to", "")),
        )

    def next(self) -> "Asked":
        """Of what waits only: the next chart is none that is done or that a second coder has."""
        return self if self.state in (*DUE, DUE_NAME) else replace(self, state=DUE_NAME)

    def filter(self) -> Filter:
        states = {DUE_NAME: DUE, ALL: ()}.get(self.state, (self.state,))
        coder = NOBODY if self.coder == "nobody" else int(self.coder) if self.coder else None
        return Filter(states, self.ward or None, coder, self.since, self.until, self.uncertain)

    def address(self, **other: object) -> str:
        """Of the same list, but for what `other` says; the page is the first unless it says so."""
        query = urlencode({name: value for name, value in {**self.said, **other}.items() if value})
        return "/worklist" + (f"?{query}" if query else "")

    @property
    def said(self) -> Mapping[str, object]:
        """As a form or an address says it."""
        every = {
            "state": self.state if self.state != DUE_NAME else "",
            "ward": self.ward,
            "coder": self.coder,
            "from": self.since or "",
            "to": self.until or "",
            "uncertain": f"{self.uncertain:g}" if self.uncertain else "",
        }
        return {name: value for name, value in every.items() if value}

    def turned(self, page: int) -> str:
        return self.address(page=page)

    @property
    def narrowed(self) -> bool:
        return bool(self.ward or self.coder or self.since or self.until or self.uncertain)


def _number(said: str) -> float:
    return next((one for one in UNCERTAIN if f"{one:g}" == said), 0.0)


def _id(said: str) -> bool:
    return said.isascii() and said.isdigit() and len(said) < 10


def _day(said: str) -> date | None:
    try:
        found = date.fromisoformat(said) if len(said) == 10 else None
    except ValueError:
        return None
    return found if found and found.year < 9999 else None  # the day behind it must be one too
