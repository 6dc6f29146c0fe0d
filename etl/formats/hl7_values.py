"""Cells of HL7 v2 messages as plain text: escapes undone, timestamps as FHIR writes them, identifiers as keys."""

import hashlib
import re
from collections.abc import Callable, Sequence

STAMP = re.compile(r"^(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d)?(\d\d)?(\.\d+)?)?([+-]\d{4})?$")
PART = re.compile(r"^[A-Za-z0-9-]+$")
FORMATTING = {".br": "\n", ".sp": "\n", ".ce": "\n", ".in": "", ".ti": "", ".fi": "", ".nf": "", ".sk": " "}
NULL = '""'  # what the sender says is deleted


def plain(text: str, marks: str, escape: str, charset: str) -> str:
    """`marks`: field, repetition, component and subcomponent mark; \\X..\\ is bytes of `charset`."""
    if text == NULL:
        return ""
    if not escape or escape not in text:
        return text
    known = {"F": marks[0], "R": marks[1], "S": marks[2], "T": marks[3], "E": escape, "H": "", "N": ""}

    def meaning(found: re.Match[str]) -> str:
        said = found[1]
        if said in known:
            return known[said]
        if said[:3] in FORMATTING:
            count = said[3:].lstrip("+")
            return FORMATTING[said[:3]] * (int(count) if count.isdigit() and said[:3] in (".sp", ".sk") else 1)
        if re.fullmatch(r"X(?:[0-9A-Fa-f]{2})+", said):
            return bytes.fromhex(said[1:]).decode(charset, "replace")
        return found[0] if said[:1] not in ("C", "M", "Z") else ""  # no escape at all: the text stays as it is

    mark = re.escape(escape)
    return re.sub(f"{mark}([^{mark}]{{1,200}}){mark}", meaning, text)


def stamp(text: str, zone: str, day: bool = False) -> str:
    """A timestamp of any precision as FHIR text; one without zone gets the message's. What is none stays as it is."""
    found = STAMP.match(text.strip())
    if not found:
        return text
    year, month, date, hour, minute, second, part, offset = found.groups()
    whole = "-".join(each for each in (year, month, date) if each)
    if hour is None or day:
        return whole
    clock = f"{hour}:{minute or '00'}:{second or '00'}{part or ''}"
    offset = offset or zone
    return f"{whole}T{clock}" + (f"{offset[:3]}:{offset[3:]}".replace("-00:00", "+00:00") if offset else "")


def zone_of(text: str) -> str:
    """+0100 of a timestamp that says so."""
    found = STAMP.match(text.strip())
    return (found[8] or "") if found else ""


def key(number: str, authority: str) -> str:
    """A legal FHIR id for a number and who gave it: both as they stand if they can be read, else their hash."""
    if not number:
        return ""
    parts = [part for part in (authority, number) if part]
    if all(PART.match(part) for part in parts) and len(".".join(parts)) <= 64:
        return ".".join(parts)
    return hashlib.blake2b("\x1f".join((authority, number)).encode(), digest_size=16).hexdigest()


def own_key(number: str, authority: str, owner: str) -> str:
    """As `key`; without an authority the number tells things apart only among those of one owner."""
    return key(number, authority) if authority or not number else key(number, f"of\x1f{owner}")


def chosen(entries: Sequence[Callable[[int, int], str]], types: Sequence[str], never: Sequence[str]) -> str:
    """The key of the one of several CX identifiers that names a person. Entry (component, subcomponent) -> text."""
    filled = [entry for entry in entries if entry(1, 0)]
    by_type = [entry for kind in types for entry in filled if entry(5, 0).upper() == kind]
    others = [entry for entry in filled if entry(5, 0).upper() not in never]
    best = (by_type or others)[:1]
    return key(best[0](1, 0), best[0](4, 1) or best[0](4, 2)) if best else ""
