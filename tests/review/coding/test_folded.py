"""What holds of every list of acts, drawn at random: undo, redo, one principal, ranks without gaps, no hindsight."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from review.charts.chart import Chart, Span, Suggestion
from review.coding.act import Done
from review.coding.allowed import Ground, allowed
from review.coding.effect import cleaned, effect
from review.coding.folded import folded
from review.coding.line import ACCEPTED, Coding
from review.coding.marks import LOST
from review.coding.refused import Refused
from tests.review.coding.made import CM, PCS, act, chart, done, tables

CODES = ("J18.9", "I10", "E11.9", "R05.9", "K35.80", "I11.9", "J15.9", "027034Z")
PLANTED = (Suggestion(CM, "E11.65", "Type 2 diabetes mellitus with hyperglycemia", 1, 0.45, "review", planted=True),)
ONCE = ("reject", "add", "remove", "edit", "principal", "admitting", "poa", "evidence", "order", "query", "finish")
OFTEN = (*ONCE, *["accept"] * 4, "undo", "redo", "reopen")
NO_UNDO = ("finish", "reopen", "undo", "redo")


def fold(acts: Sequence[Done], of: Chart | None = None) -> Coding:
    return folded(of or chart(), PLANTED, acts, blind=False)


def drawn(seed: int, many: int = 40) -> list[Done]:
    """Acts that are allowed, each on the list as it stood."""
    draw, acts = random.Random(seed), list[Done]()
    while len(acts) < many:
        found = _one(draw, fold(acts), len(acts))
        if found:
            acts.append(found)
    return acts


def _one(draw: random.Random, coding: Coding, number: int) -> Done | None:
    action = draw.choice(OFTEN)
    code = "" if action in ("undo", "redo", "finish", "reopen") else draw.choice((*CODES, "E11.65"))
    after: dict[str, Any] = {}
    if action == "edit":
        after = {"code": draw.choice(CODES)}
    elif action == "poa":
        after = {"poa": draw.choice("YNUW1")}
    elif action == "query":
        after = {"question": "Please clarify.", "options": ["Other"]}
    elif action == "order":
        code, held = "", [line.code for line in coding.accepted("diagnosis")]
        after = {"codes": draw.sample(held, len(held))}
    marks = (Span("n1", 0, 9),) if action in ("evidence", "add") else ()
    asked = act(f"{action} {code}".strip(), number, after=after, evidence=marks)
    asked = replace(asked, system=CM) if action == "order" else asked
    ground = Ground(chart(), coding, tables())
    try:
        asked = cleaned(asked, chart())
        allowed(asked, ground)
    except Refused:
        return None
    said = effect(asked, ground)
    return done(number, said.action, said.code, dict(said.after), evidence=said.evidence, system=said.system,
                planted=said.planted)  # fmt: skip


def state(coding: Coding) -> Any:
    return coding.lines, coding.queries, coding.finished


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_done(seed: int) -> None:
    acts = drawn(seed)
    for number in range(len(acts)):
        before, after = fold(acts[:number]), fold(acts[: number + 1])
        assert after == fold(list(acts[: number + 1]))
        assert after.version == number + 1
        _sound(after)
        if after.finished or acts[number].action in NO_UNDO:
            continue
        assert after.undoes == acts[number].decision_id and after.redoes == ""
        undo = done(900, "undo", after={"undone": after.undoes})
        undone = fold([*acts[: number + 1], undo])
        assert state(undone) == state(before)
        assert undone.undoes == before.undoes and undone.redoes == acts[number].decision_id
        redone = fold([*acts[: number + 1], undo, done(901, "redo", after={"redone": undone.redoes})])
        assert state(redone) == state(after)


def _sound(coding: Coding) -> None:
    for kind in ("diagnosis", "procedure"):
        accepted = coding.accepted(kind)
        assert [line.rank for line in accepted] == list(range(1, len(accepted) + 1))
        principal = [line.rank for line in accepted if line.principal]
        assert principal in ([], [1])
    assert sum(line.admitting for line in coding.lines) <= 1
    assert all(not (line.rank or line.principal or line.admitting) for line in coding.lines if line.state != ACCEPTED)
    assert len({(line.system, line.code) for line in coding.lines}) == len(coding.lines)


def test_undone_to_the_beginning_and_back() -> None:
    acts = [
        done(0, "accept", "I10"),
        done(1, "accept", "J18.9"),
        done(2, "principal", "I10"),
        done(3, "poa", "I10", {"poa": "Y"}),
    ]
    undos: list[Done] = []
    while undoes := fold([*acts, *undos]).undoes:
        undos.append(done(10 + len(undos), "undo", after={"undone": undoes}))
    assert len(undos) == 4 and state(fold([*acts, *undos])) == state(fold([]))
    redos: list[Done] = []
    while redoes := fold([*acts, *undos, *redos]).redoes:
        redos.append(done(20 + len(redos), "redo", after={"redone": redoes}))
    assert state(fold([*acts, *undos, *redos])) == state(fold(acts))


def test_an_undo_of_what_is_not_last_changes_nothing() -> None:
    acts = [done(0, "accept", "I10"), done(1, "accept", "J18.9"), done(2, "undo", after={"undone": "d0"})]
    assert state(fold(acts)) == state(fold(acts[:2]))


def test_a_planted_line_stands_where_its_score_would_put_it() -> None:
    assert [line.code for line in fold([]).lines] == ["J18.9", "I10", "E11.65", "E11.9", "027034Z"]
    assert folded(chart(), PLANTED, [], blind=True).lines == ()


def test_a_suggestion_that_a_new_night_has_no_more_stays_decided() -> None:
    said = {"state": "accepted", "display": "Essential (primary) hypertension", "band": "review", "score": 0.8}
    acts = [done(0, "accept", "I10", said, evidence=(Span("n1", 28, 40, "index", 1.0, "Hypertension"),))]
    line = fold(acts, chart(suggestions=())).of(CM, "I10")
    assert line and (line.state, line.display, line.score, line.added) == (ACCEPTED, said["display"], 0.8, False)
    assert [span.quote for span in line.evidence] == ["Hypertension"]
    assert fold([done(0, "accept", "027034Z")], chart(suggestions=())).accepted("procedure")[0].system == PCS


def test_marks_are_found_again_in_a_note_that_has_changed() -> None:
    acts = [done(0, "add", "K35.80", evidence=(Span("n1", 42, 57, quote="Type 2 diabetes"),))]
    later = "Addendum.\n" + chart().notes[0].text
    moved = fold(acts, chart(notes=(replace(chart().notes[0], text=later),))).of(CM, "K35.80")
    assert moved and later[moved.evidence[0].start : moved.evidence[0].end] == "Type 2 diabetes" and not moved.flags
    lost = fold(acts, chart(notes=())).of(CM, "K35.80")
    assert lost and lost.evidence == () and lost.flags == (LOST,)
