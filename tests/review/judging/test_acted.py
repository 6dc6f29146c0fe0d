"""Simulated coders who act through the log, as the page does: what is counted is what they did."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from sklearn.metrics import cohen_kappa_score
from sqlalchemy import Connection

from nlp.icd.catalogue.shelf import Shelf
from review.charts.chart import Chart, Note, Span, Suggestion
from review.coding import planting
from review.coding.act import Act, Thread
from review.coding.folded import folded
from review.coding.tables import Tables
from review.judging import acceptance, agreement, bias, lists, report, rounds
from review.settings import Settings
from review.state import decisions, locks, tables, users
from review.state.database import Database
from review.state.decisions import Pen
from review.state.users import User
from tests.review.judging.coded import chart_row

CM = "ICD-10-CM"
KEY = b"k" * 32
POOL = (
    "I10",
    "E78.5",
    "J45.909",
    "K21.9",
    "N39.0",
    "M54.50",
    "D64.9",
    "G43.909",
    "L03.116",
    "H66.90",
    "B35.1",
    "R05.9",
)
TEXT = "Seen in clinic today. Longstanding complaints reviewed, tolerated treatment, continues medication. " * 3
RIGHT, WRONG, PLANTED, FOUND, CHARTS, TWICE = 0.95, 0.2, 0.4, 0.6, 70, 30


@dataclass
class Hospital:
    """`true`: codes of each chart. `took`: whether the planted code was accepted; `chose`: by chart and round."""

    connection: Connection
    settings: Settings
    dice: random.Random = field(default_factory=lambda: random.Random(11))
    tables: Tables = field(default_factory=lambda: Tables(Shelf()))
    took: dict[str, bool] = field(default_factory=dict)
    chose: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    acts: int = 0

    def chart(self, number: int) -> tuple[Chart, set[str]]:
        """Six codes are suggested, each as likely right as its score says; two more are true for all that."""
        codes = self.dice.sample(POOL, len(POOL))
        scores = [self.dice.uniform(0.2, 0.95) for _ in range(6)]
        true = {code for code, score in zip(codes, scores, strict=False) if self.dice.random() < score} | set(
            codes[6:8]
        )
        said = [
            Suggestion(CM, code, code, at + 1, score, "review", (Span("n", 5 * at, 5 * at + 9, "words"),))
            for at, (code, score) in enumerate(sorted(zip(codes, scores, strict=False), key=lambda each: -each[1]))
        ]
        blind = self.dice.random() < 0.3
        name = f"c{number}"
        chart_row(self.connection, name, blind=blind)
        note = Note("n", None, "progress", "", "en", TEXT)
        return Chart(name, "phi", "s", number, name, "d", (note,), tuple(said), blind=blind), true

    def code(self, user: User, chart: Chart, true: set[str], round: int) -> None:
        pen, thread = Pen(user, self.settings, self.tables, KEY), Thread(chart.id, round)
        false = planting.planted(self.connection, KEY, self.settings, self.tables, chart)
        chosen = set()
        for line in folded(chart, false, (), blind=chart.blind).lines:
            yes = self.dice.random() < (PLANTED if line.planted else RIGHT if line.code in true else WRONG)
            self._act(pen, chart, thread, "accept" if yes else "reject", line.code)
            if line.planted and round == 1:
                self.took[chart.id] = yes
            elif yes and not line.planted:
                chosen.add(line.code)
        offered = set() if chart.blind else {each.code for each in chart.suggestions}
        for code in sorted(true - offered):
            if self.dice.random() < FOUND:
                self._act(pen, chart, thread, "add", code)
                chosen.add(code)
        self._act(pen, chart, thread, "finish", leave=True)
        locks.release(self.connection, chart.id, user.id)
        self.chose[chart.id, round] = chosen

    def _act(self, pen: Pen, chart: Chart, thread: Thread, action: str, code: str = "", **after: object) -> None:
        self.acts += 1
        version = len(decisions.of(self.connection, thread))
        system = CM if code else ""
        act = Act(f"a{self.acts}", action, version, system, code, after=after, seconds=3.0, digest="d")
        decisions.append(self.connection, pen, chart, thread, act)


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    folder = tmp_path_factory.mktemp("acted")
    settings = Settings(folder / "lake", folder / "inbox", planted=1.0, second_review=1.0, timing=True)
    database = Database.open(settings)
    with database.write() as connection:
        anna, berta = (users.add(connection, name, name.title(), "coder") for name in ("anna", "berta"))
        made = Hospital(connection, settings)
        for number in range(CHARTS):
            chart, true = made.chart(number)
            made.code(anna, chart, true, 1)
            if number < TWICE:
                assert rounds.take(connection, chart.id, 2, berta.id)
                made.code(berta, chart, true, 2)
    with database.read() as connection:
        made.connection = connection
        yield made
    database.engine.dispose()


def test_what_is_counted_is_what_they_did(hospital: Hospital) -> None:
    finished = lists.read(hospital.connection)
    assert {(each.chart_id, int(each.thread)): {code for _, code in each.chosen} for each in finished} == hospital.chose
    arms = bias.arms(finished)
    assert {each.chart_id: each.planted[0].chosen for each in arms.shown if each.planted} == hospital.took
    assert len(hospital.took) > 0.9 * len(arms.shown)
    assert all(each.seconds and each.seconds > 0 for each in finished)


def test_estimates_hold_the_habits(hospital: Hospital) -> None:
    finished = lists.read(hospital.connection)
    arms = bias.arms(finished)
    taken = bias.planted(arms, report.likeness(hospital.connection))
    assert taken[0].low < PLANTED < taken[0].high
    assert sum(each.many for each in taken[1:]) == taken[0].many
    recall = bias.relative_recall(bias.omission(arms))
    assert recall.low < 1 < recall.high  # these coders look as well beside suggestions as without
    followed = bias.followed(arms, "review")
    right = sum(score for each in arms.shown for score in _scores(each)) / sum(
        len(_scores(each)) for each in arms.shown
    )
    assert followed.shown.low < RIGHT * right + WRONG * (1 - right) < followed.shown.high
    assert followed.blind.low < FOUND * right < followed.blind.high
    assert acceptance.bands(acceptance.shown(finished))[1].rejected > 0


def _scores(finished: lists.Finished) -> list[float]:
    return [each.score or 0.0 for each in finished.entries if each.offered and not each.planted]


def test_kappa_is_that_of_another_library(hospital: Hospital) -> None:
    pairs = agreement.pairs(lists.read(hospital.connection))
    assert len(pairs) == TWICE
    asked = [
        (key[1] in hospital.chose[pair.chart_id, 1], key[1] in hospital.chose[pair.chart_id, 2])
        for pair in pairs
        for key in pair.candidates
    ]
    kappa = agreement.figures(pairs)[0]
    assert kappa.value == pytest.approx(cohen_kappa_score(*zip(*asked, strict=True)))


def test_charts_are_done_or_wait_to_be_settled(hospital: Hospital) -> None:
    rows = hospital.connection.execute(tables.charts.select()).all()
    states = {row.id: row.state for row in rows}
    for number in range(CHARTS):
        name = f"c{number}"
        same = hospital.chose[name, 1] == hospital.chose.get((name, 2))
        assert states[name] == ("second" if number >= TWICE else "done" if same else "differs")
