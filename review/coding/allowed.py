"""May an act be done on the list as it stands? A sentence says why not, and what to do instead."""

from collections.abc import Callable
from dataclasses import dataclass

from nlp.icd.billing.acts import INDICATORS
from nlp.icd.catalogue.files import dotted
from review.charts.chart import Chart
from review.coding.act import Act
from review.coding.kind import DIAGNOSIS, kind
from review.coding.limits import CODES
from review.coding.line import ACCEPTED, REJECTED, Coding, Line
from review.coding.refused import Refused
from review.coding.tables import Tables

SHOWN = 8
CATEGORY = 3  # characters


@dataclass(frozen=True)
class Ground:
    """What an act is judged on."""

    chart: Chart
    coding: Coding
    tables: Tables


def allowed(act: Act, ground: Ground) -> None:
    """Raises Refused. `finish` is judged in finishing.py."""
    if ground.coding.finished and act.action not in ("reopen", "note", "query"):
        raise Refused("This chart is finished. Reopen it first, then decide.")
    if act.action in CHECKS:
        CHECKS[act.action](act, ground)


def line(act: Act, ground: Ground) -> Line:
    found = ground.coding.of(act.system, act.code)
    if found is None:
        raise Refused(f"{act.code or 'The code'} is not on this chart. Reload the page, or add the code by search.")
    return found


def _accept(act: Act, ground: Ground) -> None:
    if line(act, ground).state == ACCEPTED:
        raise Refused(f"{act.code} is accepted already.")


def _reject(act: Act, ground: Ground) -> None:
    """Once more with another reason: that is how a reason is given afterwards."""
    found = line(act, ground)
    if found.state == REJECTED and act.reason in ("", found.reason):
        raise Refused(f"{act.code} is rejected already.")


def _add(act: Act, ground: Ground) -> None:
    held = ground.coding.of(act.system, act.code)
    if held and held.state == ACCEPTED:
        raise Refused(f"{act.code} is on this chart already.")
    billable(act.system, act.code, ground)


def _edit(act: Act, ground: Ground) -> None:
    new = str(act.after.get("code") or "")
    if line(act, ground).state == REJECTED:
        raise Refused(f"{act.code} is rejected. Accept it first, or add {new} by search.")
    if new == act.code:
        raise Refused(f"{new} is the same code. Choose another one.")
    held = ground.coding.of(act.system, new)
    if held and held.state == ACCEPTED:
        raise Refused(f"{new} is on this chart already. Reject {act.code} instead.")
    billable(act.system, new, ground)


def billable(system: str, code: str, ground: Ground) -> None:
    """In the edition in force on the chart's day, else the newest at hand."""
    if system not in ground.tables.systems and not any(line.system == system for line in ground.coding.lines):
        raise Refused(
            f"No table of {system or 'that system'} is at hand. At hand: {', '.join(ground.tables.systems)}. "
            "Whoever runs this page can lay one into the folder of code tables."
        )
    held = ground.tables.of(ground.chart, system)
    table, name = held.table, f"{system} {held.table.edition}"
    if held.older and table.knows(code[:CATEGORY]):
        return  # the code may have been in force then; the rules warn
    if not table.exists(code):
        near = table.billable_below(code, SHOWN) or (table.billable_below(code[:-1], SHOWN) if len(code) > 3 else ())
        more = f" Codes that begin so: {', '.join(near)}." if near else " Look for it by search."
        lacks = f" ({held.wanted} is in force on that day, but not at hand.)" if held.wanted else ""
        raise Refused(f"{code} does not exist in {name}.{lacks}{more}", near)
    if not table.billable(code):
        below = table.billable_below(code, SHOWN)
        raise Refused(f"{code} cannot be billed in {name}. Billable below it: {', '.join(below)}.", below)


def _standing(act: Act, ground: Ground) -> Line:
    found = line(act, ground)
    if found.state != ACCEPTED:
        raise Refused(f"{act.code} is not accepted. Accept it first.")
    return found


def _principal(act: Act, ground: Ground) -> None:
    if _standing(act, ground).principal:
        raise Refused(f"{act.code} is principal already.")


def _admitting(act: Act, ground: Ground) -> None:
    if _standing(act, ground).kind != DIAGNOSIS:
        raise Refused("Only a diagnosis can be the admitting one.")
    if _standing(act, ground).admitting:
        raise Refused(f"{act.code} is the admitting diagnosis already.")


def _poa(act: Act, ground: Ground) -> None:
    if _standing(act, ground).kind != DIAGNOSIS:
        raise Refused("Only diagnoses are present on admission or not.")
    if act.after.get("poa") not in INDICATORS:
        raise Refused(f"Present on admission is one of {', '.join(INDICATORS)}.")


def _evidence(act: Act, ground: Ground) -> None:
    _standing(act, ground)
    if not act.evidence:
        raise Refused("No words are marked. Mark some in a note, then add them to the code.")


def _order(act: Act, ground: Ground) -> None:
    said = act.after.get("codes")
    codes = [each for each in said if isinstance(each, str)] if isinstance(said, list) else []
    held = {each.code for each in ground.coding.accepted(kind(act.system)) if each.system == act.system}
    if not isinstance(said, list) or not len(codes) == len(said) == len(set(codes)) or not 0 < len(codes) <= CODES:
        raise Refused("The order names no code, or one twice. Reload the page and order the codes again.")
    strange = [each for each in codes if each not in held]
    if strange:
        raise Refused(f"{strange[0][:16]} is not an accepted code of this chart, so it has no place in the order.")


def _reopen(_act: Act, ground: Ground) -> None:
    if not ground.coding.finished:
        raise Refused("This chart is not finished, so there is nothing to reopen.")


def _undo(_act: Act, ground: Ground) -> None:
    if not ground.coding.undoes:
        raise Refused("There is nothing to undo. What was finished is reopened, not undone.")


def _redo(_act: Act, ground: Ground) -> None:
    if not ground.coding.redoes:
        raise Refused("There is nothing to redo.")


def _query(act: Act, _ground: Ground) -> None:
    if not str(act.after.get("question") or "").strip():
        raise Refused("The query has no question yet. Write one, then keep the draft.")


def _note(act: Act, _ground: Ground) -> None:
    if not act.reason:
        raise Refused("The note is empty. Write something, then keep it.")


def written(code: str, system: str) -> str:
    """As the tables have it: capitals, with the dot."""
    return dotted(code, system) if system else code.strip().upper()


CHECKS: dict[str, Callable[[Act, Ground], None]] = {
    "accept": _accept,
    "reject": _reject,
    "remove": _reject,
    "add": _add,
    "edit": _edit,
    "principal": _principal,
    "admitting": _admitting,
    "poa": _poa,
    "evidence": _evidence,
    "order": _order,
    "reopen": _reopen,
    "undo": _undo,
    "redo": _redo,
    "query": _query,
    "note": _note,
}
