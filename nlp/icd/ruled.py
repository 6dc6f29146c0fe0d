"""Suggestions held against the coding rules: flags, and a lower band where a rule speaks against a code."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.chart import DIAGNOSES, HIDDEN, PRE_ACCEPT, REVIEW, Evidence, Suggestion
from nlp.icd.encounter import Encounter
from nlp.icd.rules.case import Coded, Patient, Stay
from nlp.icd.rules.established import Mention, Verdict, established
from nlp.icd.rules.rules import check
from nlp.text.assertion import Asserter, Assertion

AGAINST = frozenset(("exists", "billable", "sex-conflict", "age-conflict"))  # never accepted beforehand
NEVER = frozenset(("uncertain-outpatient", "negated", "family-history", "not-happened"))  # not coded: hidden
CODE = "code"
LENIENT = (CODE, "query", "history-code", "do-not-code")  # of several mentions the one that says most for the code
WHOLE = frozenset(("dictionary", "learned", "index"))  # sources that found a phrase of the code as it stands


@dataclass
class Rules:
    """`country`: whose rules; of another than the US the installed table lacks codes, so none is missed in it."""

    country: str = "US"
    catalogue: Catalogue = field(default_factory=Catalogue.icd10cm, repr=False)

    def __post_init__(self) -> None:
        if self.country != "US":
            self.catalogue = replace(self.catalogue, open=True)

    def ruled(self, encounter: Encounter, code_system: str, said: Sequence[Suggestion]) -> list[Suggestion]:
        """What is hidden is not held against anything; a rule changes band and flags, never score or order."""
        shown = [each for each in said if each.band != HIDDEN]
        if code_system != DIAGNOSES or not shown:
            return list(said)
        flags = self._broken(encounter, shown)
        verdicts = self._verdicts(encounter, shown)
        return [_flagged(each, flags.get(each.code, ()), verdicts.get(each.code)) for each in said]

    def _broken(self, encounter: Encounter, shown: Sequence[Suggestion]) -> dict[str, list[str]]:
        visit = encounter.visit
        patient, stay = Patient(visit.sex, visit.age), Stay(visit.setting, country=self.country)
        found: dict[str, list[str]] = {}
        for message in check([Coded(each.code) for each in shown], patient, stay, self.catalogue):
            for code in filter(None, (message.code, message.other)):
                found.setdefault(code, []).append(message.rule)
        return found

    def _verdicts(self, encounter: Encounter, shown: Sequence[Suggestion]) -> dict[str, Verdict]:
        """Of each code with evidence that of its mentions which says most for it: one that establishes it is enough."""
        assertions = _assertions(encounter, [e for each in shown for e in each.evidence])
        notes = {note.note_id: note for note in encounter.chart.notes}
        found: dict[str, Verdict] = {}
        for each in shown:
            for span in _telling(each.evidence):
                note, assertion = notes[span.note_id], assertions[span.note_id, span.start, span.end]
                mention = Mention(each.code, assertion.kind, assertion.uncertain, encounter.visit.setting,
                                  note.author_role, note.kind, self.country)  # fmt: skip
                verdict = established(mention)
                known = found.setdefault(each.code, verdict)
                found[each.code] = min(known, verdict, key=lambda one: LENIENT.index(one.action))
        return found


def _telling(evidence: Sequence[Evidence]) -> Sequence[Evidence]:
    """Parts of phrases tell where nothing else does: pain elsewhere is not the chest pain that was denied."""
    return [span for span in evidence if span.source in WHOLE] or evidence


def _assertions(encounter: Encounter, spans: Sequence[Evidence]) -> dict[tuple[str, int, int], Assertion]:
    found: dict[tuple[str, int, int], Assertion] = {}
    for note in encounter.chart.notes:
        places = sorted({(span.start, span.end) for span in spans if span.note_id == note.note_id})
        said = Asserter(note.language).assertions(note.text, places) if places else []
        found |= {(note.note_id, *place): each for place, each in zip(places, said, strict=True)}
    return found


def _flagged(said: Suggestion, broken: Sequence[str], verdict: Verdict | None) -> Suggestion:
    spoken = verdict if verdict and verdict.rule else None
    told = [spoken.rule, *(f"see {code}" for code in spoken.instead)] if spoken else []
    flags = tuple(dict.fromkeys((*said.flags, *broken, *told)))
    against = AGAINST.intersection(broken) or (verdict is not None and verdict.action != CODE)
    band = REVIEW if against and said.band == PRE_ACCEPT else said.band
    if spoken and spoken.action != CODE and spoken.rule in NEVER:
        band = HIDDEN
    return replace(said, flags=flags, band=band) if flags != said.flags or band != said.band else said
