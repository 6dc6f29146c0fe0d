"""The way of decisions into the inbox: none lost, none torn, whatever happens."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from contract.errors import StoreError
from etl.decisions.line import parsed
from review.handover import hours, outbox
from review.handover.inbox import Inbox
from review.settings import Settings
from review.state import clock
from review.state.database import Database
from review.state.tables import decisions, rounds
from review.state.tables import outbox as outbox_table
from tests.review.handover.rows import BEGAN, chart, decide

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "read", lambda: datetime(2026, 11, 21, 14, 59, 59))


@pytest.fixture
def database(database: Database) -> Database:
    chart(database)
    return database


@pytest.fixture
def inbox(settings: Settings) -> Inbox:
    return Inbox(settings.inbox)


def lines(folder: Path) -> list[dict[str, Any]]:
    every = [raw for path in sorted(folder.glob("*.ndjson")) for raw in path.read_bytes().splitlines(keepends=True)]
    assert all(raw.endswith(b"\n") for raw in every)
    return [parsed(raw) for raw in every]


def ids(folder: Path) -> list[str]:
    return [line["decision_id"] for line in lines(folder)]


def waiting(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(outbox_table)).scalar_one()


def test_a_decision_becomes_a_line_of_its_hour(database: Database, inbox: Inbox) -> None:
    span = {"note_id": "n1", "start": 3, "end": 9, "source": "coder", "weight": 1.0, "quote": "words"}
    decide(database, 1, after={"poa": "Y"}, evidence=[span], seconds=2.5, reason="it “stands”\nthere", note_digest="ab")
    assert inbox.hand_over(database) == 1
    (path,) = inbox.folder.glob("*.ndjson")
    assert path.name == "decisions-2026-11-21T14.ndjson"
    (line,) = lines(inbox.folder)
    assert line["subject_id"] == 901 and line["time"] == datetime(2026, 11, 20, 14, 4)
    assert json.loads(path.read_text(encoding="utf-8"))["subject_id"] == "901", "JavaScript reads inboxes too"
    assert line["evidence"] == [{"note_id": "n1", "start": 3, "end": 9, "source": "coder", "weight": 1.0}]
    assert "words" not in path.read_text(encoding="utf-8")
    assert (line["seconds"], line["reason"], line["note_digest"]) == (2.5, "it “stands”\nthere", "ab")
    assert waiting(database) == 0 and inbox.hand_over(database) == 0


def test_files_are_their_owners_alone(database: Database, inbox: Inbox) -> None:
    decide(database, 1)
    inbox.hand_over(database)
    assert stat.S_IMODE(inbox.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in inbox.folder.iterdir()} == {0o600}


def test_more_than_one_batch_keeps_its_order(database: Database, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "BATCH", 3)
    for number in range(1, 8):
        decide(database, number)
    assert inbox.hand_over(database) == 7
    assert ids(inbox.folder) == [f"d{number}" for number in range(1, 8)]


def test_planted_and_practice_never_leave(database: Database, inbox: Inbox) -> None:
    decide(database, 1, planted=True)
    decide(database, 2, practice=True, thread="practice-4")
    decide(database, 3, "edit", "J18.1", planted=True, after={"code": "J18.9"})
    assert inbox.hand_over(database) == 1
    (line,) = lines(inbox.folder)
    assert (line["action"], line["code"], line["after"]) == ("add", "J18.9", None), "what she put in its place is hers"
    assert waiting(database) == 0


def test_a_second_coder_is_told_from_the_first(database: Database, inbox: Inbox) -> None:
    decide(database, 1, round=2, thread="2")
    decide(database, 2, "poa", round=3, thread="3", after={"poa": "N"})
    inbox.hand_over(database)
    assert [json.loads(line["after"]) for line in lines(inbox.folder)] == [{"round": 2}, {"poa": "N", "round": 3}]


def test_what_stays_here_is_not_said(database: Database, inbox: Inbox) -> None:
    """Planted codes are named in `before` and `after` under names with a line before."""
    decide(database, 1, "order", None, after={"codes": ["I10"], "_codes": ["J18.1", "I10"]}, before={"_code": "J18.1"})
    inbox.hand_over(database)
    (line,) = lines(inbox.folder)
    assert (json.loads(line["after"]), line["before"]) == ({"codes": ["I10"]}, None)


@pytest.mark.parametrize(
    ("round", "finished", "waits"),
    [(1, None, True), (1, BEGAN + timedelta(hours=1), True), (1, BEGAN, False), (2, None, False), (3, None, False)],
)
def test_a_list_that_waits_for_another_coder_says_so(
    round: int, finished: datetime | None, waits: bool, database: Database, inbox: Inbox
) -> None:
    """What was asked for, and not yet done, when the list was finished."""
    decide(database, 1, "finish", None, after={"codes": []}, round=round, thread=str(round))
    with database.write() as connection:
        asked = {"chart_id": "c1", "round": 2, "asked": BEGAN, "finished": finished}
        connection.execute(insert(rounds), asked)
    inbox.hand_over(database)
    (line,) = lines(inbox.folder)
    assert json.loads(line["after"]).get("waits", False) is waits


@pytest.mark.parametrize("torn", [b'{"decision_id": "d1", "ti', b"\0" * 70_000, b'{"a":1}\n{"half'])
def test_a_half_line_is_cut_before_more_is_added(torn: bytes, database: Database, inbox: Inbox) -> None:
    for name in ("decisions-2026-11-21T14.ndjson", "decisions-2026-11-21T13.ndjson"):
        inbox.folder.mkdir(parents=True, exist_ok=True)
        (inbox.folder / name).write_bytes(torn)
    decide(database, 1)
    inbox.hand_over(database)
    kept = torn[: torn.rfind(b"\n") + 1]
    assert (inbox.folder / "decisions-2026-11-21T14.ndjson").read_bytes().startswith(kept + b'{"decision_id":"d1"')
    hours.mend(inbox.folder)
    assert (inbox.folder / "decisions-2026-11-21T13.ndjson").read_bytes() == kept


def test_files_of_others_stay_as_they_are(database: Database, inbox: Inbox) -> None:
    inbox.folder.mkdir(parents=True)
    (inbox.folder / "theirs.ndjson").write_bytes(b"half a line")
    decide(database, 1)
    inbox.hand_over(database)
    assert (inbox.folder / "theirs.ndjson").read_bytes() == b"half a line"


def test_what_the_night_would_refuse_holds_up_nothing(
    database: Database, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    decide(database, 1, seconds=-1.0, reason="Imogen Fairweather")
    decide(database, 2, chart_id="of nobody")
    decide(database, 3)
    assert inbox.hand_over(database) == 1 and inbox.hand_over(database) == 0
    assert ids(inbox.folder) == ["d3"]
    assert [("d1" in said, "d2" in said) for said in caplog.messages] == [(True, False), (False, True)]
    assert "Imogen" not in caplog.text
    found = outbox.waiting(database)
    assert (found.decisions, found.stuck) == (2, 2)


def test_how_much_waits_and_since_when(database: Database, inbox: Inbox) -> None:
    assert outbox.waiting(database).said() == {"decisions": 0, "oldest": None, "last": None, "stuck": 0}
    decide(database, 1)
    decide(database, 2, planted=True)
    assert outbox.waiting(database).said() == {
        "decisions": 1, "oldest": "2026-11-20T14:04:00Z", "last": None, "stuck": 0
    }  # fmt: skip
    inbox.hand_over(database)
    decide(database, 3)
    found = outbox.waiting(database)
    assert (found.decisions, found.oldest, found.last, found.stuck) == (1, BEGAN.replace(minute=6),
                                                                       BEGAN.replace(minute=4), 0)  # fmt: skip


@pytest.mark.parametrize("fails", ["pwrite", "fsync"])
def test_a_full_disk_is_said_and_nothing_is_lost(
    fails: str, database: Database, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(database, 1)
    inbox.hand_over(database)
    decide(database, 2)
    real = os.pwrite

    def full(handle: int, *said: Any) -> int:
        if fails == "pwrite" and said[1] < 300:
            return real(handle, said[0][:20], said[1])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, fails, full)
        with pytest.raises(StoreError, match="No space left"):
            inbox.hand_over(database)
    assert ids(inbox.folder) == ["d1"] and waiting(database) == 1
    assert inbox.hand_over(database) == 1
    assert ids(inbox.folder) == ["d1", "d2"]


def test_an_inbox_that_may_not_be_made_is_said(database: Database, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    decide(database, 1)
    with pytest.raises(StoreError, match="stay in the database"):
        Inbox(tmp_path / "file" / "decisions").hand_over(database)


def test_two_writers_take_turns(database: Database, inbox: Inbox) -> None:
    for number in range(1, 41):
        decide(database, number)
    with ThreadPoolExecutor(4) as pool:
        many = list(pool.map(inbox.hand_over, [database] * 4))
    assert sum(many) == 40
    assert ids(inbox.folder) == [f"d{number}" for number in range(1, 41)]


WRITER = """
import sys, itertools
from pathlib import Path
from review.handover import outbox
from review.handover.inbox import Inbox
from review.settings import Settings
from review.state.database import Database
from tests.review.handover.rows import decide
outbox.BATCH = 2
settings = Settings(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[4])
database, inbox = Database.open(settings), Inbox(settings.inbox)
for number in itertools.count(int(sys.argv[3])):
    decide(database, number, reason="x" * 5000)
    print(number, flush=True)
    if number % 3 == 0:
        inbox.hand_over(database)
"""


@pytest.fixture
def writers() -> Iterator[list[subprocess.Popen[str]]]:
    made: list[subprocess.Popen[str]] = []
    yield made
    for each in made:
        each.kill()
        each.wait()


def test_killed_at_any_moment_nothing_is_lost(
    database: Database, settings: Settings, inbox: Inbox, writers: list[subprocess.Popen[str]]
) -> None:
    acknowledged = 0
    for lives in (0.02, 0.05, 0.1):
        said = (settings.lake, settings.inbox, acknowledged + 1000, settings.database)
        command = [sys.executable, "-c", WRITER, *map(str, said)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        writers.append(process)
        assert process.stdout is not None
        last = process.stdout.readline()
        time.sleep(lives)
        process.send_signal(signal.SIGKILL)
        acknowledged = int(([last, *process.stdout.read().splitlines()])[-1]) - 1000 + 2
    inbox.hand_over(database)
    found = ids(inbox.folder)
    with database.read() as connection:
        said = set(connection.execute(select(decisions.c.decision_id)).scalars())
    assert set(found) == said and len(said) > 3
    assert waiting(database) == 0
