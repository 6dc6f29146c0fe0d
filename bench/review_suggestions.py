"""Suggestions of codes without a model: true ones from the simulator, wrong ones beside them, calibrated scores.

A true and a wrong suggestion are equally many and drawn from Beta(1.5, .5) and Beta(.5, 1.5): then of those with score
s a share of s is true. Hidden ones, some 150 an encounter as a night of the shipped coder leaves them, have low scores.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from nlp.icd.catalogue.catalogue import Catalogue

CM, PCS = "ICD-10-CM", "ICD-10-PCS"
PRE_ACCEPT, REVIEW = 0.93, 0.2
HIDDEN = 150
ARTIFACT = "simulated"
PROCEDURES = {
    "0DTJ4ZZ": "Resection of Appendix, Percutaneous Endoscopic Approach",
    "0SR90J9": "Replacement of Right Hip Joint with Synthetic Substitute, Cemented, Open Approach",
    "0QS604Z": "Reposition Right Upper Femur with Internal Fixation Device, Open Approach",
    "02HV33Z": "Insertion of Infusion Device into Superior Vena Cava, Percutaneous Approach",
    "30233N1": "Transfusion of Nonautologous Red Blood Cells into Peripheral Vein, Percutaneous Approach",
}
Row = dict[str, Any]
Fact = Mapping[str, Any]


@dataclass(frozen=True)
class Stay:
    """An encounter past the gate. `facts`: of its notes, each with the open `note_id`."""

    subject_id: int
    encounter_id: str
    inpatient: bool
    facts: Sequence[Fact]


def suggestions(stay: Stay) -> list[Row]:
    """Rows of `codes`, best first in each system."""
    rng = Random(stay.encounter_id)
    true = _codes(stay.facts, present=True)
    wrong = {code: spans for code, spans in _codes(stay.facts, present=False).items() if code not in true}
    wrong |= {code: () for code in _near(rng, sorted(true), len(true) - len(wrong)) if code not in true}
    found = [_row(stay, CM, code, rng.betavariate(1.5, 0.5), spans) for code, spans in true.items()]
    found += [_row(stay, CM, code, rng.betavariate(0.5, 1.5), spans) for code, spans in wrong.items()]
    found += [_row(stay, CM, code, rng.betavariate(0.3, 30), ()) for code in _rest(rng) if code not in true | wrong]
    procedures = rng.sample(sorted(PROCEDURES), rng.randint(0, 2)) if stay.inpatient else []
    found += [_row(stay, PCS, code, rng.betavariate(1.5, 0.5), ()) for code in procedures]
    return list(_ranked(found))


def _codes(facts: Sequence[Fact], *, present: bool) -> dict[str, tuple[Row, ...]]:
    """Codes that notes state as present, or mention otherwise, with at most five places each."""
    found: dict[str, tuple[Row, ...]] = {}
    for fact in facts:
        known = fact["kind"] in ("diagnosis", "effect") and fact["code"] in Catalogue.icd10cm()
        if known and (fact["assertion"] == "present") == present and len(found.get(fact["code"], ())) < 5:
            span = {"note_id": fact["note_id"], "start": fact["start"], "end": fact["end"]}
            said = {**span, "source": "dictionary", "weight": 0.9}
            found[fact["code"]] = (*found.get(fact["code"], ()), said)
    return found


def _near(rng: Random, codes: Sequence[str], many: int) -> Iterator[str]:
    """Siblings of true codes: a coder's everyday mistakes."""
    table = Catalogue.icd10cm()
    for code in codes[: max(many, 0)]:
        beside = [each for each in table.children(table.parent(code)) if table.billable(each)]
        if beside:
            yield rng.choice(beside)


def _rest(rng: Random) -> Sequence[str]:
    return rng.sample(_billable(), HIDDEN)


@cache
def _billable() -> list[str]:
    table = Catalogue.icd10cm()
    return [code for code in table if table.billable(code)]


def _row(stay: Stay, system: str, code: str, score: float, spans: Sequence[Row]) -> Row:
    band = "pre-accept" if score >= PRE_ACCEPT else "review" if score >= REVIEW else "hidden"
    title = PROCEDURES[code] if system == PCS else Catalogue.icd10cm().title(code)
    named = {"subject_id": stay.subject_id, "encounter_id": stay.encounter_id, "system": system, "code": code}
    return {**named, "display": title, "score": score, "band": band, "evidence": list(spans), "flags": [],
            "artifact": ARTIFACT}  # fmt: skip


def _ranked(rows: Sequence[Row]) -> Iterator[Row]:
    for system in (CM, PCS):
        mine = sorted((row for row in rows if row["system"] == system), key=lambda row: -row["score"])
        yield from ({**row, "rank": at} for at, row in enumerate(mine, 1))


def account(stay: Stay, rows: Sequence[Row], lengths: Sequence[int]) -> Row:
    """The row of `codes_account`; `lengths` of the notes in characters."""
    bands = {band: sum(row["band"] == said for row in rows) for band, said in _BANDS.items()}
    named = {"subject_id": stay.subject_id, "encounter_id": stay.encounter_id}
    read = {"notes": len(lengths), "notes_read": len(lengths), "characters": sum(lengths), "languages": ["en"]}
    return {**named, **read, **bands, "setting": "inpatient" if stay.inpatient else "outpatient", "flags": [],
            "artifact": ARTIFACT}  # fmt: skip


_BANDS = {"pre_accept": "pre-accept", "review": "review", "hidden": "hidden"}
