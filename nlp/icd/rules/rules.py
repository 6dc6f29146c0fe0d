"""All rules on the codes of one encounter: what is wrong, or may be, in sentences with their sources."""

from collections.abc import Container, Iterator, Sequence

from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.catalogue.editions import Edition, Kind, in_force
from nlp.icd.catalogue.shelf import Shelf
from nlp.icd.rules import admission, existence, notes, overlap, person
from nlp.icd.rules.book import rules
from nlp.icd.rules.case import Case, Coded, Message, Patient, Stay
from nlp.icd.rules.found import Check, Found

CHECKS: dict[str, Check] = {
    "exists": existence.exists,
    "billable": existence.billable,
    "seventh-character": existence.seventh_character,
    "duplicate": existence.duplicate,
    "parent-and-child": existence.parent_and_child,
    "excludes1": notes.excludes1,
    "excludes2": notes.excludes2,
    "code-first": notes.code_first,
    "use-additional": notes.use_additional,
    "manifestation-principal": notes.manifestation_principal,
    "sex-conflict": person.sex_conflict,
    "age-conflict": person.age_conflict,
    "poa-missing": admission.poa_missing,
    "poa-exempt": admission.poa_exempt,
    "principal-external-cause": admission.external_cause,
    "principal-symptom": admission.symptom,
    "principal-secondary-only": admission.secondary_only,
    "principal-unacceptable": admission.unacceptable,
    "principal-only": admission.principal_only,
    "laterality": overlap.laterality,
    "unspecified": overlap.unspecified,
    "place-of-occurrence": overlap.place_of_occurrence,
}
SYSTEM = "ICD-10-CM"  # whose rules those are that do not hold anywhere: codes of procedures break none of them
DATED = ("exists", "billable", "seventh-character")
"""Rules whose answer hangs on the edition: held again at relink, on real dates."""


def check(
    codes: Sequence[Coded],
    patient: Patient,
    stay: Stay,
    catalogue: Catalogue,
    *,
    exempt: Container[str] | None = None,
) -> list[Message]:
    """Errors first, then in the order of CHECKS. Rules of another country, setting or edition are silent.

    `exempt`: the year's list of codes exempt from POA reporting (a CodeMap of CMS's file), in place of our categories.
    """
    found = list(_messages(Case(codes, patient, stay, catalogue, exempt), tuple(CHECKS)))
    return sorted(found, key=lambda message: message.severity != "error")


def check_edition(codes: Sequence[Coded], stay: Stay, shelf: Shelf, *, kind: Kind = "diagnoses") -> list[Message]:
    """The dated rules against the table in force on the stay's own real day: discharge, or service for outpatients."""
    edition = edition_of(stay, kind)
    table = shelf.at(edition) if edition else None
    if table is None:
        name = f"{edition.system} {edition.name}" if edition else "an edition that editions.yaml does not know"
        unchecked = Found("", f"not checked: {name} is not at hand; lay its table into the folder of code tables")
        return [_message("edition", unchecked)]
    return list(_messages(Case(codes, Patient(), stay, table), DATED))


def edition_of(stay: Stay, kind: Kind = "diagnoses") -> Edition | None:
    """None where the day that decides is missing, or no edition is known of it."""
    day = {"inpatient": stay.discharge, "outpatient": stay.service}.get(stay.kind, stay.discharge or stay.service)
    return in_force(stay.country, day, kind) if day else None


def _messages(case: Case, names: Sequence[str]) -> Iterator[Message]:
    ours = case.catalogue.system == SYSTEM
    for name in names:
        rule = rules()[name]
        if (ours or rule.anywhere) and rule.holds(case.stay.country, case.stay.kind, case.catalogue.edition):
            for found in CHECKS[name](case):
                yield _message(name, found)


def _message(name: str, found: Found) -> Message:
    rule = rules()[name]
    source = found.source or rule.section
    if found.note:
        source += f'; note "{found.note}"'
    return Message(name, rule.severity, found.code, found.other, found.text, source)
