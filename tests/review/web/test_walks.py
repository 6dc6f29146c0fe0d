"""Random acts of a coder, some sent twice: the page, the log and the night agree on every code, and what was planted
is known to the page alone.
"""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from etl.decisions.line import parsed
from nlp.icd.billing.decided import decided
from review.coding import planting
from review.coding.act import Thread
from review.coding.folded import folded
from review.coding.line import Coding
from review.handover.inbox import Inbox
from review.state import decisions
from review.state.tables import planted
from tests.review.web.charting import CM, Charting, log
from tests.review.web.conftest import ON_SQLITE, Enter

pytestmark = ON_SQLITE
CODES = ("I10", "E78.5", "I11.0", "N17.9", "E11.9", "R07.9", "J18.9")
ON_LINES = ("accept", "accept", "reject", "edit", "principal", "admitting", "poa-Y", "later", "remove", "query")
ACTIONS = (*ON_LINES, "add", "undo", "undo", "redo", "accept-all")


@pytest.mark.parametrize("seed", range(4))
def test_all_tell_the_same(hospital: FastAPI, enter: Enter, seed: int) -> None:
    house = hospital.state.house
    hospital.state.house = replace(house, settings=replace(house.settings, planted=1.0))
    dice = random.Random(seed)
    coder = Charting(enter("coder"), hospital)
    coder.open()
    for number in range(25):
        said = asked(dice, coder, number)
        coder.act(**said)
        held = log(hospital)
        if dice.random() < 0.3:
            coder.act(**said)
            assert log(hospital) == held
        same(coder)
    finished(coder)
    told(coder)


def asked(dice: random.Random, coder: Charting, number: int) -> dict[str, Any]:
    action = dice.choice(ACTIONS)
    said: dict[str, Any] = {"action": action, "decision_id": f"w{number}", "version": coder.seen.version}
    if action in ON_LINES:
        line = dice.choice(coder.seen.lines)
        said |= {"code": line["data-code"], "system": line["data-system"]}
    if action == "add":
        said["code"] = dice.choice(CODES)
    return said | {"to": dice.choice(CODES), "question": "What was found?"}


def folding(coder: Charting) -> Coding:
    house, name = coder.app.state.house, coder.path.rpartition("/")[2]
    chart = house.desk.chart(name, "phi")
    with house.database.read() as connection:
        false = planting.planted(connection, house.database.key, house.settings, house.finder.tables, chart)
        return folded(chart, false, decisions.of(connection, Thread(name)), blind=chart.blind)


def same(coder: Charting) -> None:
    shown = {
        (each["data-code"], each["data-state"], each.get("data-rank", ""))
        for each in coder.seen.lines
        if each.get("data-band") != "hidden"
    }
    kept = {(each.code, each.state, str(each.rank or "")) for each in folding(coder).lines if each.band != "hidden"}
    assert {each for each in shown if each[1] != "suggested" or each in kept} == kept


def finished(coder: Charting) -> None:
    accepted = [each for each in coder.seen.lines if each["data-state"] == "accepted" and each["data-system"] == CM]
    for each in accepted:  # one of them was planted, and is principal no more once that is told
        coder.act("principal", each["data-code"])
        coder.act("finish-leave")
    coder.act("finish-leave")
    assert folding(coder).finished


def told(coder: Charting) -> None:
    """To the night."""
    house = coder.app.state.house
    folder: Path = house.settings.inbox
    Inbox(folder).hand_over(house.database)
    raw = b"".join(path.read_bytes() for path in folder.glob("*.ndjson"))
    rows = [parsed(line) for line in raw.splitlines()]
    night = {key[3]: each for key, each in decided(rows).codes.items() if each.state == "accepted"}
    page = {line.code: line for line in folding(coder).accepted()}
    assert {code: (each.principal, each.admitting, each.poa or "") for code, each in night.items()} == {
        code: (line.principal, line.admitting, line.poa) for code, line in page.items()
    }
    with house.database.read() as connection:
        codes = set(connection.execute(select(planted.c.code)).scalars())
    assert codes and not [code for code in codes - set(CODES) if code.encode() in raw]
