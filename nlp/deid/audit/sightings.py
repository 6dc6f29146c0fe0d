"""What may be somebody's number, contact, or name with birth date: that of texts is held against all persons'."""

import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import pairwise

from nlp.deid.audit.fold import APART
from nlp.deid.audit.knowledge import knowledge
from nlp.deid.audit.patterns import CONTACT_PARTS, NAME_PARTS, contacts, numbers, part_words, phones
from nlp.deid.person import Person

SHORTEST, LONGEST = 6, 34  # letters and digits of a number that is looked for
WORD = re.compile(r"[^\W_]+")
SHORTEST_CONTACT = 10  # letters and digits, where no sign of a contact stands
PARTS = 8  # pieces that a number may be written in; more only where they are single characters
LINK = 5  # characters that may stand between two pieces
DAY = re.compile(
    r"(?<![\d])(?:(?P<y>\d{4})[-/. ](?P<m>\d\d?)[-/. ](?P<d>\d\d?)"
    r"|(?P<a>\d\d?)[-/. ](?P<b>\d\d?)[-/. ](?P<c>\d{4})|(?P<g>(?:19|20)\d{6}))(?!\d)"
)
NAMED = re.compile(
    r"(?:(\d\d?)(?:st|nd|rd|th)?[ ./-]*(?:de |of )?)?\b([a-z]{3,10})\b\.?"
    r"[ ./-]*(?:(\d\d?)(?:st|nd|rd|th)?,?)?[ ./-]*(?:de |del |of )?((?:19|20)\d\d)\b"
)
BARE = re.compile(r"^[a-z]{2,}(?=\d{6})")
LABEL = re.compile(
    r"\b(?:mrn|record|chart|ssn|social|security|phone|tel|cell|mobile|fax|pager|account|acct|plan|member|policy|licen[cs]e|dea"
    r"|passport|id|no|num|number|nhc|dni|nie|telefono|movil|historia|cuenta|poliza)\b|#"
)
CLOCK = re.compile(r"(?<!\d)\d\d?:\d\d(?::\d\d)?(?:\.\d+)?(?:\s*[ap]m)?\b")
AT = re.compile(r"@|\bwww\b|https?|\b(?:com|org|net|edu|es|gov|info|io)\b|\b(?:moc|gro|ten|ude)\b")
BESIDE, AFTER = 14, 8  # words before and after a birth date among which the name is sought
RELEASED = re.compile(
    r"\b(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b"
)  # random ids of open rows


def digest(canonical: str) -> int:
    return int.from_bytes(blake2b(canonical.encode(), digest_size=8).digest(), "little", signed=True)


def known(person: Person) -> set[str]:
    """Canonical forms of what is held against every text: numbers, contacts, whole name with birth date."""
    made: set[str] = set()
    for found in person.identifiers:
        if found.label == "HOSPITAL":
            continue
        if found.part == "number":
            made |= {f"#{text}" for text in numbers(found.value) if any(c.isdigit() for c in text)}
        elif found.part == "phone":
            made |= {f"#{text}" for text in phones(found.value)}
        elif found.part in CONTACT_PARTS:
            made |= {f"@{text}" for text in contacts(found.value)}
    return {text for text in made if len(text) > SHORTEST} | _born(person)


def _born(person: Person) -> set[str]:
    if not person.birth:
        return set()
    names = [(f.part, part_words(f.value)) for f in person.of("PATIENT") if f.part in NAME_PARTS]
    given = {word for part, said in names for word in (said if part == "given" else said[:1] if part == "name" else [])}
    family = {
        word for part, said in names for word in (said if part == "family" else said[-1:] if part == "name" else [])
    }
    return {_named(g, f, f"{person.birth:%Y%m%d}") for g in given for f in family if g != f}


def _named(one: str, other: str, day: str) -> str:
    return "!" + " ".join(sorted((one, other))) + day


def sightings(views: Iterable[str]) -> set[str]:
    """Canonical forms of all in the views of a text that may be such."""
    return {each for view in views for each in _seen(RELEASED.sub(" \n\n\n\n ", view))}


def _seen(view: str) -> Iterator[str]:
    low = view.lower()
    days = list(_days(low))
    without = DAY.sub(_blank, CLOCK.sub(" \n\n\n\n ", low))
    for text, start in _numbers(without):
        yield f"#{text}"
        if LABEL.search(without, max(start - 24, 0), start):
            yield f"~{text}"
    yield from (f"@{text}" for text in _contacts(low))
    for start, end, day in days:
        yield from _births(view, start, end, day)


def _blank(found: re.Match[str]) -> str:
    """Dates are no numbers, except those without signs; what no calendar has is no date."""
    if found["g"]:
        return found[0]
    year, parts = (
        int(found["y"] or found["c"]),
        sorted(int(found[k]) for k in ("m" if found["y"] else "a", "d" if found["y"] else "b")),
    )
    real = 1850 < year < 2150 and 0 < parts[0] <= 12 and parts[1] <= 31
    return " \n\n\n\n " if real else found[0]


def _numbers(low: str) -> Iterator[tuple[str, int]]:
    """Pieces that hold digits, and up to four letters before them, joined to numbers as somebody may write them."""
    for run in _runs([found for found in WORD.finditer(low) if _figure(found[0])], low):
        pieces = [found[0] for found in run]
        for start in range(len(pieces)):
            text, widest = "", 0
            for k, piece in enumerate(pieces[start : start + LONGEST]):
                text, widest = text + piece, max(widest, len(piece))
                if len(text) > LONGEST or (k >= PARTS and widest > 2):
                    break
                if len(text) >= SHORTEST and sum(map(str.isdigit, text)) >= 4:
                    for form in _forms(text):
                        yield form, run[start].start()


def _forms(text: str) -> set[str]:
    """Also without country code, and out of the words it is glued to."""
    found = {text, BARE.sub("", text), text.lstrip("0")}
    if text[0].isdigit() and not text.isdigit():
        found.add(text.lstrip("0123456789"))
    core = CORE.match(text)
    if core and core[2].isdigit() and 9 < len(core[2]) <= 13:
        found |= {core[2], core[2][-10:], core[2][-9:]}
    if core and len(core[2]) >= 4 and core[1] + core[3]:
        ends = {core[3][:k] for k in range(3)}
        starts = {core[1][len(core[1]) - k :] for k in range(min(len(core[1]), 4) + 1)}
        found |= {start + core[2] + end for start in starts for end in ends}
    return found


CORE = re.compile(r"([a-z]*)(\d.*\d)([a-z]*)$")


def _figure(word: str) -> bool:
    return word.isdigit() or len(word) <= 4 or any(c.isdigit() for c in word)


def _runs(found: Sequence[re.Match[str]], low: str) -> Iterator[list[re.Match[str]]]:
    """Pieces that stand close enough; a run without a digit is none."""
    run: list[re.Match[str]] = []
    for each in found:
        if run and (each.start() - run[-1].end() > LINK or _gap(run[-1], each, low)):
            yield from [run] if any(not piece[0].isalpha() for piece in run) else []
            run = []
        run.append(each)
    yield from [run] if any(not piece[0].isalpha() for piece in run) else []


def _gap(left: re.Match[str], right: re.Match[str], low: str) -> bool:
    """Words of letters beside each other are prose; a comma or semicolon ends a value."""
    return (left[0].isalpha() and len(left[0]) > 1 and (right[0].isalpha() or len(left[0]) > 4)) or low[
        left.end() : right.start()
    ].strip() in (",", ";", "=", "%")


def _contacts(low: str) -> Iterator[str]:
    """What stands around a sign of a contact, glued over up to six pieces; long words of letters and digits."""
    pieces = list(WORD.finditer(low))
    for k, found in enumerate(pieces):
        yield from _within(found[0])
        run = SINGLE.match(low, found.start()) if len(found[0]) == 1 else None
        if run and (k == 0 or len(pieces[k - 1][0]) > 1 or found.start() - pieces[k - 1].end() > LINK):
            yield APART.sub("", run[0])
    for anchor in AT.finditer(low):
        near = [p for p in pieces if p.end() > anchor.start() - 70 and p.start() < anchor.end() + 70]
        middle = next((k for k, p in enumerate(near) if p.end() > anchor.start()), len(near))
        for start in range(max(middle - 7, 0), middle + 2):
            for end in range(max(middle, start + 1), min(middle + 8, len(near)) + 1):
                yield "".join(p[0] for p in near[start:end])
        if anchor[0] == "@":
            yield from _around(low[max(anchor.start() - 48, 0) : anchor.start()], low[anchor.end() : anchor.end() + 48])


def _around(left: str, right: str) -> Iterator[str]:
    """An address that is glued to the words around it: beginning and end may be anywhere."""
    before, after = re.search(r"[\w.+-]*$", left), re.match(r"[\w-]+(?:\.[\w-]+)*", right)
    user, host = APART.sub("", before[0] if before else ""), APART.sub("", after[0] if after else "")
    for start in range(min(len(user), 32)):
        yield from (user[start:] + host[:end] for end in range(4, min(len(host), 32) + 1))


def _within(word: str) -> Iterator[str]:
    """A long word may be a contact, or one glued to other words."""
    if len(word) >= SHORTEST_CONTACT:
        yield word
    if 16 <= len(word) <= 64:
        for start in range(len(word) - SHORTEST_CONTACT + 1):
            yield from (word[start:end] for end in range(start + SHORTEST_CONTACT, len(word) + 1))


SINGLE = re.compile(r"(?:[^\W_](?:[\W_]{1,4}|$)){6,}")  # j o h n @ ...


def _days(low: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, yyyymmdd), of an ambiguous date twice."""
    for found in DAY.finditer(low):
        if found["g"]:
            yield found.start(), found.end(), found["g"]
        elif found["y"]:
            yield found.start(), found.end(), f"{found['y']}{int(found['m']):02d}{int(found['d']):02d}"
        else:
            for m, d in {(found["a"], found["b"]), (found["b"], found["a"])}:
                yield found.start(), found.end(), f"{found['c']}{int(m):02d}{int(d):02d}"
    for found in NAMED.finditer(low):
        month, day = knowledge().months.get(found[2]), found[1] or found[3]
        if month and day:
            yield found.start(), found.end(), f"{found[4]}{month:02d}{int(day):02d}"


def _births(view: str, start: int, end: int, day: str) -> Iterator[str]:
    """Words beside each other near a date, also over one between them (a middle name)."""
    said = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", view[max(start - 160, 0) : start]), view[end : end + 90]
    before, after = ([w.lower() for w in WORD.findall(part) if w.isalpha() and len(w) > 1] for part in said)
    for words in (before[-BESIDE:], after[:AFTER]):
        for one, other in [*pairwise(words), *zip(words, words[2:], strict=False)]:
            yield _named(one, other, day)
