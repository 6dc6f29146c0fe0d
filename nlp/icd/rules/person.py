"""Codes that do not fit the patient: of the other sex, or of another age."""

import re
from collections.abc import Iterator

from nlp.icd.rules.book import FACTS, listed
from nlp.icd.rules.case import Case
from nlp.icd.rules.found import Found

SEX = re.compile(r"\b(female|male)\b")
OTHER = {"female": "male", "male": "female"}


def sex_conflict(case: Case) -> Iterator[Found]:
    other = OTHER.get(case.patient.sex)
    for code in case.named if other else ():
        title = case.catalogue.title(code)
        if listed(code, "sex", other) or (_of(title) == other and not listed(code, "sex", "of_others")):
            yield Found(code, f"{code} ({title}) is a code for {other} patients")


def _of(title: str) -> str:
    """The one sex that a title names; nothing where it names none or both."""
    named = set(SEX.findall(title.lower()))
    return str(named.pop()) if len(named) == 1 else ""


def age_conflict(case: Case) -> Iterator[Found]:
    age = case.patient.age
    if age is None:
        return
    for number, group in enumerate(FACTS["age"]):
        if group["least"] <= int(age) <= group["most"]:
            continue
        for code in case.named:
            if listed(code, "age", number, "codes"):
                limits = f"{group['least']} to {group['most']} years"
                yield Found(code, f"{code} is a {group['who']} code ({limits}) and the patient is not of that age")
