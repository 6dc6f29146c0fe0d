"""Charts, lists and coders of tests, as small as they may be."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert

from review.charts.chart import Chart, Suggestion
from review.coding.act import Thread
from review.coding.line import Coding, Line
from review.judging.lists import Finish
from review.state.tables import charts, decisions, users

START = datetime(2026, 11, 2, 8, 0)
ANNA, BERTA, JUDITH, TINO = 1, 2, 3, 4
PEOPLE = {ANNA: ("anna", "coder"), BERTA: ("berta", "coder"), JUDITH: ("judith", "auditor"), TINO: ("tino", "trainee")}


def people(connection: Connection) -> None:
    rows = [
        {"id": id, "name": name, "shown": name.title(), "role": role, "created": START}
        for id, (name, role) in PEOPLE.items()
    ]
    connection.execute(insert(users), rows)


def chart_row(connection: Connection, chart_id: str, **more: object) -> None:
    row = {"id": chart_id, "subject_id": abs(hash(chart_id)) % 10**9, "encounter_id": f"e {chart_id}", **more}
    connection.execute(insert(charts), row)


def chart(chart_id: str, suggestions: Iterable[Suggestion] = (), digest: str = "d", **more: object) -> Chart:
    return Chart(chart_id, "phi", "s", 1, f"e {chart_id}", digest, (), tuple(suggestions), **more)  # type: ignore[arg-type]


def line(code: str, state: str = "accepted", **more: object) -> Line:
    said = {"system": "ICD-10-CM", "display": code, "kind": "diagnosis", **more}
    return Line(code=code, state=state, **said)  # type: ignore[arg-type]


def finish(user: int, chart: Chart, lines: Iterable[Line], round: int = 1, minutes: float = 0) -> Finish:
    name, role = PEOPLE[user]
    thread = Thread(chart.id, trainee=user) if role == "trainee" else Thread(chart.id, round)
    coding = Coding(tuple(lines), finished=True)
    return Finish(user, name, chart, thread, coding, START + timedelta(minutes=minutes), chart.blind)


def act(connection: Connection, chart_id: str, user: int, round: int = 1, **more: object) -> None:
    """A line of the log, so that she is known to have coded the chart."""
    name, role = PEOPLE[user]
    many = len(connection.execute(decisions.select()).all())
    row = {"decision_id": f"d{many}", "chart_id": chart_id, "user_id": user, "actor": name, "role": role,
           "round": round, "thread": str(round), "time": START + timedelta(seconds=many), "action": "accept",
           "version": many + 1, **more}  # fmt: skip
    connection.execute(insert(decisions), row)
