"""A coder in front of a chart, by requests alone: opens it, acts on it, reads its panel."""

import re
from dataclasses import dataclass, field
from html import unescape
from itertools import count
from typing import Any

import orjson
from fastapi import FastAPI
from sqlalchemy import select

from review.state.tables import charts, decisions
from tests.review.web.visitor import Answer, Visitor

LINE = re.compile(r'<li class="line" id="line-(\d+)"([^>]*)>')
DATA = re.compile(r'([a-z-]+)="([^"]*)"')
CM = "ICD-10-CM"
_numbers = count()


def chart_id(app: FastAPI, encounter: str = "stay-1") -> str:
    with app.state.house.database.read() as connection:
        query = select(charts.c.id).where(charts.c.encounter_id == encounter)
        return str(connection.execute(query).scalar_one())


def log(app: FastAPI) -> list[tuple[str, str, str]]:
    """(actor, action, code) of every decision."""
    kept = decisions.c
    with app.state.house.database.read() as connection:
        rows = connection.execute(select(kept.actor, kept.action, kept.code).order_by(kept.seq)).all()
    return [(actor, action, code or "") for actor, action, code in rows]


@dataclass
class Seen:
    """What an answer shows of the codes."""

    text: str

    @property
    def version(self) -> str:
        found = re.search(r'data-version="(\d+)"', self.text)
        assert found, self.text[:500]
        return found[1]

    @property
    def lines(self) -> list[dict[str, str]]:
        return [{"id": at, **{name: unescape(said) for name, said in DATA.findall(rest)}} for at, rest in self._found]

    @property
    def _found(self) -> list[tuple[str, str]]:
        return LINE.findall(self.text)

    def line(self, code: str) -> dict[str, str]:
        return next(line for line in self.lines if line["data-code"] == code)

    def state(self, code: str) -> str:
        return self.line(code)["data-state"]

    @property
    def current(self) -> str:
        return next(line["data-code"] for line in self.lines if "aria-current" in line)


@dataclass
class Charting:
    visitor: Visitor
    app: FastAPI
    encounter: str = "stay-1"
    seen: Seen = field(default_factory=lambda: Seen(""))

    @property
    def path(self) -> str:
        return f"/charts/{chart_id(self.app, self.encounter)}"

    def open(self, query: str = "", *, fragment: bool = False) -> Answer:
        return self._kept(self.visitor.get(self.path + query, fragment=fragment))

    def act(self, action: str, code: str = "", *, fragment: bool = True, **said: Any) -> Answer:
        fields = {"decision_id": f"d{next(_numbers)}", "version": self.seen.version, "action": action}
        fields |= {"system": CM, "code": code} if code else {}
        fields |= {name: one if isinstance(one, str) else orjson.dumps(one).decode() for name, one in said.items()}
        return self._kept(self.visitor.post(f"{self.path}/acts", fields, fragment=fragment))

    def press(self, button: str, **said: str) -> Answer:
        """A button of the page, without a script."""
        form = re.search(r'name="form_id" value="([^"]*)"', self.seen.text)
        assert form
        fields = {"form_id": form[1], "version": self.seen.version, "on": button, **said}
        return self.visitor.post(f"{self.path}/acts", fields)

    def _kept(self, answer: Answer) -> Answer:
        if 'data-version="' in answer.text:
            self.seen = Seen(answer.text)
        return answer
