"""Whether the place of a word in its text says that the word names somebody: titles, labels, verbs, capitals."""

import re
from functools import cache

from nlp.deid.known.knowledge import clinical, knowledge
from nlp.deid.known.page import Page

SENTENCE = re.compile(r"(?:^|[.!?:;•|#*=>\-–—)\]\t]|\n\s*)\s*$")
LABEL_GAP = re.compile(r"^\s*[:|#\t=-][\s:|-]*$")
WRAPPED = 45  # a line that long may have been broken in the middle of a sentence
DATED = frozenset(("in", "of", "since", "until", "by", "this", "last", "next", "on", "early", "late", "mid", "through"))
KIN_GAP = re.compile(r"[\s,]{1,3}\(?")
DAY_BEHIND = re.compile(r"[ .,]{1,2}(?:\d{1,2}(?!\d|-\d{3})|(?:19|20)\d\d\b)")
MODALS = frozenset(("will", "may", "can"))
OLD = re.compile(r",? (?:an? )?\d{1,3}[\s-]{0,2}(?:y[\w/.-]{0,4}[\s-]{1,2}old|y/?\.?o\b)")
AGED = re.compile(r",? (?:an? )?\d{1,3}[\s-]{0,2}(?:y|m\b|f\b)")


@cache
def _set(name: str) -> frozenset[str]:
    return knowledge().words(name)


@cache
def _months() -> dict[str, int]:
    return knowledge().numbered("months")


def _clinical(page: Page, number: int) -> bool:
    return clinical(page.words[number], page.language)


def capital(page: Page, number: int) -> bool:
    return page.original(number)[0].isupper()


def _previous(page: Page, number: int) -> tuple[str, str]:
    """The word before and what stands between."""
    return (page.words[number - 1], page.gap(number - 1)) if number else ("", "")


def _next(page: Page, number: int) -> tuple[str, str]:
    return (page.words[number + 1], page.gap(number)) if number + 1 < len(page.words) else ("", "")


def titled(page: Page, number: int) -> bool:
    """Mr. Long, Dr Will; not MR HEAD, which is an image."""
    word, gap = _previous(page, number)
    if word not in _set("titles") or gap.strip(" \t\n.") or not gap or len(gap) > 4:
        return False
    return "." in gap or page.original(number - 1) not in ("MR", "MS") or not _clinical(page, number)


def kin(page: Page, number: int) -> bool:
    """Her daughter Grace; HER DAUGHTER GRACE; not HER DAUGHTER WILL CALL."""
    word, gap = _previous(page, number)
    return word in _set("kin") and bool(KIN_GAP.fullmatch(gap)) and capital(page, number) and not _modal(page, number)


def _modal(page: Page, number: int) -> bool:
    after, gap = _next(page, number)
    if page.words[number] not in MODALS or not page.shouted(number):
        return False
    return gap == " " and after.isalpha() and after not in _set("being")


def labelled(page: Page, number: int) -> bool:
    """Name: Long; not Signs: Pain."""
    word, gap = _previous(page, number)
    return word in _set("labels") and bool(LABEL_GAP.match(gap)) and capital(page, number)


def acting(page: Page, number: int) -> bool:
    """Grace reports, Will was; Pain was only where it is no word of charts."""
    word, gap = _next(page, number)
    verb = word in _set("verbs") or (word in _set("being") and not _clinical(page, number))
    return capital(page, number) and ((verb and gap == " ") or bool(AGED.match(page.after(number))))


def disease(page: Page, number: int) -> bool:
    """Parkinson's disease, non-Hodgkin, enfermedad de Crohn: a name that names a disease here."""
    followed = knowledge().words("eponyms", "followed")
    after = number + 1
    if after < len(page.words) and page.words[after] == "s" and page.gap(number) in ("'", "’", ""):
        after += 1
    if after < len(page.words) and page.gap(after - 1) == "-" and capital(page, after):
        after += 1  # Jackson-Pratt drain
    if after < len(page.words) and page.words[after] in followed and page.gap(after - 1) in (" ", "\n", "-"):
        return True
    before = page.before(number)
    return before.endswith(("non-", "non ")) or bool(re.search(r"(?:enfermedad|sindrome|mal|signo) de $", before))


def starts(page: Page, number: int) -> bool:
    """Whether a capital is owed to the place: the start of a sentence, a line, a heading."""
    start = page.spans[number][0]
    lead = page.text[max(0, start - 60) : start]
    if "\n" in lead[len(lead.rstrip()) :]:
        line = lead.rstrip().rsplit("\n", 1)[-1]
        return not (len(line) >= WRAPPED and (line[-1].islower() or line[-1] == ","))
    return bool(SENTENCE.search(lead))


def month(page: Page, number: int) -> bool:
    """May and April beside a number, or after `in`."""
    if page.words[number] not in _months():
        return False
    before = _previous(page, number)[0]
    dated = DAY_BEHIND.match(page.after(number)) and not AGED.match(page.after(number))
    return bool(dated) or before in DATED or before.isdigit() or before in ("st", "nd", "rd", "th")


def speaks(page: Page, number: int, first: int | None = None) -> bool:
    """An ordinary word names somebody here. `first`: the word that the context before is asked of."""
    lead = number if first is None else first
    if titled(page, lead) or (labelled(page, lead) and not (_clinical(page, number) and page.shouted(number))):
        return True
    if OLD.match(page.after(number)) and capital(page, number):
        return True
    if month(page, number):
        return False
    if page.shouted(number):
        return (acting(page, number) or kin(page, lead)) and not _clinical(page, number)
    if kin(page, lead) or acting(page, number):
        return True
    shape = page.original(number)
    proper = shape[:1].isupper() and (len(shape) > 3 or not shape.isupper())
    placed = _previous(page, number)[0].isdigit()  # 4 West is a ward
    return proper and not placed and not _clinical(page, number) and not starts(page, number)
