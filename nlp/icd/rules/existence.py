"""Does each code exist, may it be billed, has it its seventh character, does it stand once."""

from collections import Counter
from collections.abc import Iterator

from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.catalogue.files import dotted
from nlp.icd.rules.case import Case
from nlp.icd.rules.found import Found

SHORTEST = 2  # of a beginning that says something
LONGEST = 8  # seven characters and the dot
SHOWN = 8


def exists(case: Case) -> Iterator[Found]:
    table = case.catalogue
    for code in case.named:
        if not table.exists(code):
            yield Found(code, f"{code} does not exist in {table.system} {table.edition}{_hint(table, code)}")


def _hint(table: Catalogue, code: str) -> str:
    written = dotted(code, table.system)
    if table.knows(written):
        return f"; it is written {written}"
    near = [*table.billable_below(code), *table.billable_below(code[:-1])] if len(code) > SHORTEST else []
    return f"; codes that begin so: {', '.join(dict.fromkeys(near[:SHOWN]))}" if near else ""


def billable(case: Case) -> Iterator[Found]:
    table = case.catalogue
    for code in case.named:
        if table.knows(code) and not table.billable(code):
            below = ", ".join(table.billable_below(code))
            yield Found(code, f"{code} is not billable in {table.system} {table.edition}; billable below it: {below}")


def seventh_character(case: Case) -> Iterator[Found]:
    table = case.catalogue
    for code in case.named:
        if not table.billable(code):
            text = _seventh(table, code)
            if text:
                yield Found(code, text)


def _seventh(table: Catalogue, code: str) -> str:
    extended = [child for child in table.children(code) if len(child) == LONGEST and table.billable(child)]
    if extended and table.seventh(code):
        return f"{code} needs a seventh character: {', '.join(extended[:SHOWN])}"
    if table.knows(code) or len(code) < 5:
        return ""
    padded = next((each for each in _padded(code) if table.billable(each)), "")
    if padded:
        return f"{code} lacks the placeholder X: {padded}"
    base = code[:-1].rstrip("X").rstrip(".")
    if len(code) == LONGEST and table.knows(base) and table.seventh(base):
        return f"{code[-1]} is no seventh character of {base}; it has {', '.join(table.seventh(base))}"
    return ""


def _padded(code: str) -> Iterator[str]:
    """The code with Xs at one place, so that it has seven characters: S00.03A is S00.03XA, T45.01A is T45.0X1A."""
    missing = LONGEST - len(code)
    for at in range(len(code) - 1, 3, -1) if missing > 0 else ():
        yield f"{code[:at]}{'X' * missing}{code[at:]}"


def duplicate(case: Case) -> Iterator[Found]:
    for code, times in Counter(each.code for each in case.codes).items():
        if times > 1:
            yield Found(code, f"{code} stands {times} times; report it once")


def parent_and_child(case: Case) -> Iterator[Found]:
    named = set(case.named)
    for code in case.named:
        for above in case.catalogue.ancestors(code, groups=False):
            if above in named:
                yield Found(above, f"{above} stands beside {code}, which says more", code)
