"""A coder at work, as the page's own scripts send it: next chart, decide, search letter by letter, add, order, finish.

Every answer is checked: its status, and that the decision stands in the panel. One that is not right raises Wrong.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from random import Random
from uuid import uuid4

import orjson

from bench import review_page
from bench.review_http import Answer, Browser, Send
from bench.review_pace import Pace, Watch
from bench.review_page import Hits, Line, Panel
from bench.review_server import Seat

LETTER = 0.15  # of a think time: between two requests of a search, one a letter
READ = 3.0  # think times that she reads before the first decision
LONGEST = 10  # letters typed at most
NO_HITS = Hits(0, ())
TRIES = 3  # to finish a chart whose rules object


class Wrong(Exception):
    """An answer that is not right: the bench ends."""


class Over(Exception):
    """The time of the bench is over."""


@dataclass
class Coder:
    browser: Browser
    seat: Seat
    rng: Random
    pace: Pace
    watch: Watch
    finished: int = 0
    decided: int = 0
    looked_for: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)  # decision_id of each act that was answered 200
    chart: str = ""

    async def work(self) -> None:
        try:
            while True:
                await self._chart(await self._next())
        except Over:
            self.browser.close()

    async def _next(self) -> Panel:
        form = {"csrf": self.seat.csrf}
        answer = await self._send("next", 1.0, lambda: self.browser.post("/worklist/next", form, fragment=False))
        _expect(answer, 303, "POST /worklist/next")
        self.chart = answer.location.removeprefix("/charts/").partition("?")[0]
        _check(answer.location.startswith("/charts/"), f"next leads to {answer.location}")
        answer = await self._send("chart", 0.0, lambda: self.browser.get(answer.location))
        _expect(answer, 200, "GET /charts/{id}")
        found = review_page.panel(answer.text)
        if found is None or found.read_only:
            raise Wrong("the chart that came next has no panel that can be worked on")
        return found

    async def _chart(self, seen: Panel) -> None:
        await self._pause(READ)
        for line in seen.undecided:
            seen = await self._judge(seen, line)
        if self.rng.random() < 0.3:
            await self._send("tab", 1.0, lambda: self.browser.get(f"/charts/{self.chart}?tab=timeline", fragment=True))
        if self.rng.random() < 0.7 or not seen.accepted():
            seen = await self._add(seen)
        seen = await self._sequence(seen)
        for _ in range(TRIES):
            answer = await self._act(seen, {"action": "finish"})
            if answer.status == 200:
                self.finished += 1
                return
            seen = await self._mend(_panel(answer, seen))

    async def _judge(self, seen: Panel, line: Line) -> Panel:
        taken = self.rng.random() < (0.95 if line.band == "pre-accept" else 0.5)
        said = {"action": "accept" if taken else "reject", "system": line.system, "code": line.code}
        return await self._done(seen, said if taken else {**said, "reason": "not documented"})

    async def _add(self, seen: Panel) -> Panel:
        hits = NO_HITS
        code, words = self._wish()
        self.looked_for.add(code)
        for typed in _typed(words):
            hits = await self._search(seen, typed, 1.0 if typed == words[:2] else LETTER)
        _check(hits.many > 0, f"nothing was found for {words!r}")
        free = [hit for hit in hits.free if seen.of(*hit) is None]
        if not free:
            return seen
        system, code = free[0]
        return await self._done(seen, {"action": "add", "system": system, "code": code})

    async def _search(self, seen: Panel, typed: str, share: float) -> Hits:
        form = {"csrf": seen.csrf, "q": typed, "system": "ICD-10-CM"}
        answer = await self._send("search", share, lambda: self._post("search", form))
        _expect(answer, 200, "POST search")
        found = review_page.hits(answer.text)
        if found is None:
            raise Wrong("a search gave no list of hits")
        return found

    async def _sequence(self, seen: Panel) -> Panel:
        mine = seen.accepted()
        if len(mine) > 1 and self.rng.random() < 0.6:
            moved = [mine[1], mine[0], *mine[2:]]
            order = orjson.dumps([line.code for line in moved]).decode()
            seen = await self._done(seen, {"action": "order", "system": moved[0].system, "codes": order})
        mine = seen.accepted()
        if mine and not any(line.principal for line in mine):
            said = {"action": "principal", "system": mine[0].system, "code": mine[0].code}
            seen = await self._done(seen, said)
        return seen

    async def _mend(self, seen: Panel) -> Panel:
        """Rules object: takes the last code back."""
        mine = seen.accepted()
        if not mine:
            return await self._add(seen)
        action = {"action": "reject", "reason": "rule"} if mine[-1].band else {"action": "remove"}
        return await self._done(seen, {**action, "system": mine[-1].system, "code": mine[-1].code})

    async def _done(self, seen: Panel, said: Mapping[str, str]) -> Panel:
        decision = uuid4().hex
        answer = await self._act(seen, {**said, "decision_id": decision})
        _expect(answer, 200, f"POST acts, {said['action']}")
        now = _panel(answer, seen)
        _check(now.version == seen.version + 1, f"{said['action']}: version {now.version} follows {seen.version}")
        _check(now.undoes == decision, f"{said['action']} is not what undo would take back")
        wanted = {"accept": "accepted", "add": "accepted", "reject": "rejected"}.get(said["action"])
        if wanted:
            line = now.of(said["system"], said["code"])
            _check(line is not None and line.state == wanted, f"{said['action']} left its code otherwise")
        self.decided += 1
        return now

    async def _act(self, seen: Panel, said: Mapping[str, str]) -> Answer:
        given = {"csrf": seen.csrf, "version": str(seen.version), "digest": seen.digest, "seconds": "2"}
        form = {"decision_id": uuid4().hex, **given, **said}
        answer = await self._send("decision", 1.0, lambda: self._post("acts", form))
        if answer.status == 200:
            self.acknowledged.add(form["decision_id"])
        elif answer.status != 422:
            raise Wrong(f"{said['action']} was answered {answer.status}, refused {review_page.refused(answer.text)}")
        return answer

    def _wish(self) -> tuple[str, str]:
        """A code of all that may be billed, and what is typed to find it: a word of its title, or its beginning."""
        code, title = self.rng.choice(_titles())
        words = [word for word in title.replace(",", " ").split() if len(word) > 3]
        return code, code[:5] if self.rng.random() < 0.2 or not words else self.rng.choice(words).lower()[:LONGEST]

    async def _post(self, place: str, form: Mapping[str, str]) -> Answer:
        return await self.browser.post(f"/charts/{self.chart}/{place}", form)

    async def _pause(self, share: float) -> None:
        if not await self.pace.wait(share):
            raise Over

    async def _send(self, kind: str, share: float, send: Send) -> Answer:
        await self._pause(share)
        return await self.watch.timed(kind, self.pace, send)


@cache
def _titles() -> list[tuple[str, str]]:
    from nlp.icd.catalogue.catalogue import Catalogue

    table = Catalogue.icd10cm()
    return [(code, table.title(code)) for code in table if table.billable(code)]


def searched_over() -> int:
    return len(_titles())


def _typed(words: str) -> Iterator[str]:
    yield from (words[:end] for end in range(min(2, len(words)), len(words) + 1))


def _panel(answer: Answer, before: Panel) -> Panel:
    found = review_page.panel(answer.text)
    if found is None:
        raise Wrong(f"an answer of {answer.status} has no panel of codes, after version {before.version}")
    return found


def _expect(answer: Answer, status: int, what: str) -> None:
    _check(answer.status == status, f"{what} was answered {answer.status}, expected {status}: {answer.text[:200]}")


def _check(right: bool, said: str) -> None:
    if not right:
        raise Wrong(said)
