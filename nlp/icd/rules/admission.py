"""What is asked of an admission: the principal diagnosis and the present-on-admission indicators."""

from collections.abc import Container, Iterator

from nlp.icd.catalogue.references import named, within
from nlp.icd.rules.book import FACTS, listed
from nlp.icd.rules.case import Case
from nlp.icd.rules.found import Found

LONGEST = 8


def poa_missing(case: Case) -> Iterator[Found]:
    asked = FACTS["poa"]["indicators"]
    for each in case.codes:
        if each.poa is not None and each.poa not in asked and exempt(each.code, case.exempt) is False:
            yield Found(each.code, f"{each.code} has no present-on-admission indicator ({', '.join(asked)})")


def poa_exempt(case: Case) -> Iterator[Found]:
    for each in case.codes:
        if each.poa in FACTS["poa"]["indicators"] and exempt(each.code, case.exempt):
            yield Found(each.code, f"{each.code} is exempt from present-on-admission reporting, but says {each.poa}")


def exempt(code: str, year: Container[str] | None = None) -> bool | None:
    """None: nobody knows. `year`: the list of CMS, where the site has it."""
    if year is not None:
        return code in year
    if listed(code, "poa", "unsure"):
        return None
    said = FACTS["poa"]["exempt_sevenths"]
    later = len(code) == LONGEST and code[-1] in said["characters"]
    injury = later and listed(code, "poa", "exempt_sevenths", "codes")
    return injury or listed(code, "poa", "exempt")


def external_cause(case: Case) -> Iterator[Found]:
    if listed(case.principal, "principal", "external"):
        yield Found(case.principal, f"{case.principal} says how it happened; the injury or condition is principal")


def symptom(case: Case) -> Iterator[Found]:
    code = case.principal
    if listed(code, "principal", "symptoms_but"):
        return
    for block in FACTS["principal"]["symptoms"]:
        if not within(code, named(block)):
            continue
        definite = [other for other in case.named if listed(other, "principal", "symptoms", block)]
        if definite:
            yield Found(code, f"{code} is a symptom; {definite[0]}, if it explains it, is principal", definite[0])


def secondary_only(case: Case) -> Iterator[Found]:
    for written, why in FACTS["principal"]["secondary_only"].items():
        if within(case.principal, named(written)):
            yield Found(case.principal, f"{case.principal} is only a secondary diagnosis ({why})", source=why)


def unacceptable(case: Case) -> Iterator[Found]:
    if listed(case.principal, "principal", "unacceptable") and not listed(case.principal, "principal", "only"):
        yield Found(case.principal, f"{case.principal} is a history or a status, which does not explain an admission")


def principal_only(case: Case) -> Iterator[Found]:
    """Nothing while nobody has said which code is principal, or where that is such a code too (I.C.2.e.2)."""
    for code in case.named if case.principal and not _only(case.principal) else ():
        if _only(code):
            yield Found(
                code, f"{code} may only be the principal or first diagnosis; that is {case.principal}", case.principal
            )


def _only(code: str) -> bool:
    return listed(code, "principal", "only") and not listed(code, "principal", "only_but")
