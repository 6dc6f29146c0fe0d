"""What `finish` asks of the list, and what it leaves in the log: the sequence of the claim, and what was planted.

A suggestion that nobody decided is not rejected by finishing: the coder either decides it or says that it is left
(`after` {"leave": true}), and then the act names it as left. The night learns nothing of it.
"""

from collections.abc import Sequence
from dataclasses import replace

from review.coding.act import Act, Done
from review.coding.allowed import Ground
from review.coding.effect import Effect
from review.coding.judged import INPATIENT, errors, judged
from review.coding.kind import DIAGNOSIS
from review.coding.line import Coding, Line
from review.coding.live import DISCLOSED
from review.coding.refused import Refused

SHOWN = 3


def finishable(act: Act, ground: Ground) -> None:
    """Raises Refused."""
    coding = ground.coding
    wrong = errors(judged(_true(coding), ground.chart, ground.tables))
    if wrong:
        said = "; ".join(message.text for message in wrong[:SHOWN])
        more = f"; and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        raise Refused(f"Not finished: {said}{more}. Edit or reject what is wrong, then finish.")
    if headless(coding, ground):
        raise Refused("Not finished: no diagnosis is principal. Choose the one that explains the admission.")
    left = coding.undecided
    if left and not act.after.get("leave"):
        many = "One suggestion is" if len(left) == 1 else f"{len(left)} suggestions are"
        raise Refused(f"{many} not decided yet. Accept or reject, or finish and leave them undecided.")


def headless(coding: Coding, ground: Ground, *, true: bool = False) -> bool:
    """An inpatient's diagnoses without a principal one; `true`: among those that we did not plant."""
    diagnoses = [line for line in coding.accepted(DIAGNOSIS) if not (true and line.planted)]
    inpatient = ground.chart.setting == INPATIENT
    return inpatient and bool(diagnoses) and not any(line.principal for line in diagnoses)


def sequences(coding: Coding) -> list[Effect]:
    """The claim's order, in words that readers of the log know; a single code needs none."""
    codes: dict[str, list[str]] = {}
    for line in _true(coding).accepted():
        codes.setdefault(line.system, []).append(line.code)
    return [Effect("order", system, "", {"codes": said}) for system, said in codes.items() if len(said) > 1]


def disclosures(coding: Coding) -> list[Effect]:
    """Each planted suggestion leaves the list at the first finish, whatever was decided of it."""
    lines = (line for line in coding.lines if line.planted)
    return [Effect("remove", each.system, each.code, _disclosed(each), planted=True) for each in lines]


def _disclosed(line: Line) -> dict[str, object]:
    return {DISCLOSED: True, "state": line.state, "display": line.display, "band": line.band, "score": line.score}


def disclosed(acts: Sequence[Done]) -> tuple[Line, ...]:
    """Planted suggestions that the coder has been told of, each with what she had decided."""
    found = (act for act in acts if act.after.get(DISCLOSED))
    return tuple(_told(act) for act in found)


def _told(act: Done) -> Line:
    said = act.after
    score = said.get("score")
    return Line(
        act.system,
        act.code,
        str(said.get("display") or ""),
        str(said.get("state") or ""),
        DIAGNOSIS,
        str(said.get("band") or ""),
        float(score) if isinstance(score, int | float) else None,
        planted=True,
    )


def end(coding: Coding, leave: bool) -> Effect:
    """With the list that is finished: whoever reads the log needs no rules of ours to know it."""
    left = [[line.system, line.code] for line in coding.undecided if not line.planted]
    said: dict[str, object] = {"codes": [_claimed(line) for line in _true(coding).accepted()]}
    return Effect("finish", "", "", {**said, "left": left} if leave and left else said)


def _claimed(line: Line) -> dict[str, object]:
    said: dict[str, object] = {"system": line.system, "code": line.code, "rank": line.rank}
    said |= {name: True for name in ("principal", "admitting") if getattr(line, name)}
    return said | ({"poa": line.poa} if line.poa else {})


def _true(coding: Coding) -> Coding:
    """Without planted lines, the others moved up."""
    lines, ranks = [], dict.fromkeys((DIAGNOSIS, "procedure"), 0)
    ranked = {line: at for at, line in enumerate(coding.accepted())}
    for line in sorted((line for line in coding.lines if not line.planted), key=lambda each: ranked.get(each, 0)):
        if line.rank:
            ranks[line.kind] += 1
            lines.append(replace(line, rank=ranks[line.kind]))
    return replace(coding, lines=tuple(lines))
