"""What a text may say in disguise: as it stands, decoded, spoken digits as digits, leetspeak as letters."""

import base64
import binascii
import codecs
import html
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from urllib.parse import unquote

from nlp.deid.audit.fold import APART, fold
from nlp.deid.audit.knowledge import knowledge

NEAR = 28  # characters kept beside a disguised word: a name has parts
BROKEN = re.compile(r"[ \t\r|\\]*\n[ \t\r\n>|]*")  # a line's end with indentation or marks of quotation
# What stands before a run is looked at behind its first sign, not before it: so the search can skip to such signs.
BASE64 = re.compile(
    r"[A-Za-z0-9+/_-](?<![A-Za-z0-9+/_-].)[A-Za-z0-9+/_-]{7,}(?:[ \t]*\r?\n[A-Za-z0-9+/_-]+)*={0,2}", re.S
)
BASE32 = re.compile(r"[A-Z2-7](?<![A-Z2-7].)[A-Z2-7]{9,}={0,6}", re.S)
HEX = re.compile(r"[0-9A-Fa-f][0-9A-Fa-f][ :,;-]{0,2}(?:(?:0x|\\x|%)?[0-9A-Fa-f]{2}[ :,;-]{0,2}){4,}")
SIGNS = re.compile(r"[+/_\s-]+")  # SYSTEM//code: what stands before a sign may be no part of it
SOLID = re.compile(r"[0-9A-Fa-f]{10,}")
BITS = re.compile(r"[01][01]{7}[ ,-]?(?:[01]{8}[ ,-]?){4,}")
CODES = re.compile(r"\d(?<!\w.)\d\d?[ ,;]+(?:\d{2,3}[ ,;]+){4,}\d{2,3}\b")
ESCAPES = re.compile(r"%[0-9A-Fa-f]{2}|&(?:#\w+|\w{2,8});|\\u[0-9A-Fa-f]{4}|=[0-9A-F]{2}")
TAGS = re.compile(r"</?[A-Za-z][^<>\n]{0,80}>")
MIXED = re.compile(r"(?<![\w@$!|€+.-])(?=\S*?[A-Za-z])(?=\S*?[0-9@$!|€+])[\w@$!|€+.-]{4,64}")
NUMBERED, FIGURED = re.compile(r"[A-Za-z0-9.\-/]{5,}+"), re.compile(r"\d.{4}")
MARKED = re.compile(r"[\w@$!|€+.-]{4,}+")
LIKE = re.compile(r"[A-Za-z|!$]")
LEET = re.compile(r"[0-9@$!|€+]")
DIGITLIKE = re.compile(
    r"(?<![A-Za-z])[0-9OoQDIlLZzSsBbGgEeAaTt|!$]{2,}(?:[ .\-/][0-9OoQDIlLZzSsBbGgEeAaTt|!$]{2,}){0,5}"
)
SHORT = 3  # times that decoded text is decoded again


def views(text: str) -> list[str]:
    """Folded forms, the text itself first; the others hold only what is disguised, with what stands beside it."""
    plain = BROKEN.sub("\n", fold(text))
    found = [plain]
    for whole in (plain, *decoded(plain)):
        found += [whole] if whole is not plain else []
        found += [
            view for view in (_tagless(whole), _spoken(whole), _signed(whole), *_leet(whole), _digital(whole)) if view
        ]
    return list(dict.fromkeys(found))


MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?")
HOUR, CLOCK = 13, 11  # where the hour of a moment ends, and where it begins
BRIEF = 400  # characters up to which views are remembered


def seen_as(text: str) -> tuple[str, ...]:
    """The views of a text of a row: displays and codes repeat over persons, and moments are much alike."""
    if MOMENT.fullmatch(text) and text.isascii() and not _packed(text[:HOUR]) and not _packed(text[CLOCK:]):
        return text, _figured(text[:HOUR])
    return _seen_as(text) if len(text) <= BRIEF else tuple(views(text))


@lru_cache(maxsize=1 << 16)
def _seen_as(text: str) -> tuple[str, ...]:
    return tuple(views(text))


@lru_cache(maxsize=1 << 16)
def _packed(part: str) -> bool:
    """A part of a moment that can be decoded, by chance."""
    return bool(decoded(part))


@lru_cache(maxsize=1 << 16)
def _figured(hour: str) -> str:
    return _digital(hour)


def decoded(text: str, depth: int = SHORT) -> list[str]:
    """What stretches of base64, hexadecimal, URL or HTML escapes say, where they say text; what they hold, too."""
    made = [fold(said) for said in _decoded(text)]
    return made + [deeper for said in made if depth > 1 for deeper in decoded(said, depth - 1)]


def _decoded(text: str) -> Iterator[str]:
    if ESCAPES.search(text):
        yield from {unquote(text), html.unescape(text), _unescaped(text), _unquoted(text)} - {text}
    packed = [part for run in BASE64.findall(text) for part in {run, *run.split("\n"), *SIGNS.split(run)} if part[7:]]
    runs = [_base64(run) for run in packed if _odd(run)]
    runs += [_base32(run) for run in BASE32.findall(text)]
    runs += [_hex(part) for run in HEX.findall(text) for part in {run, *SOLID.findall(run)}]
    runs += [bytes(int(bits, 2) for bits in re.findall("[01]{8}", run)) for run in BITS.findall(text)]
    runs += [bytes(n for n in map(int, re.findall(r"\d+", run)) if n < 256) for run in CODES.findall(text)]
    said = [plain for run in runs if (plain := _text(run))]
    if said:
        yield "\n".join(said)


def _odd(run: str) -> bool:
    """A plain word is no base64: capitals, small letters and digits are mixed in it."""
    inner = run[1:]
    if run.isalpha() and run.isupper():
        return False
    return inner != inner.lower() or (run != run.capitalize() and any(c.isdigit() for c in run))


def _base64(run: str) -> bytes:
    packed = re.sub(r"\s", "", run).rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(packed[: len(packed) - (len(packed) % 4 == 1)] + "=" * (-len(packed) % 4))
    except (binascii.Error, ValueError):
        return b""


def _base32(run: str) -> bytes:
    packed = run.rstrip("=")
    try:
        return base64.b32decode(packed + "=" * (-len(packed) % 8))
    except (binascii.Error, ValueError):
        return b""


def _hex(run: str) -> bytes:
    digits = "".join(re.findall(r"[0-9A-Fa-f]{2}", re.sub(r"0x|\\x|[%\s:,;-]", "", run)))
    return bytes.fromhex(digits)


def _text(raw: bytes) -> str:
    """Empty unless nearly all is printable: four random bytes seldom are."""
    if len(raw) < 4:
        return ""
    said = raw.decode("utf-16-le" if raw[1::2].count(0) * 2 > len(raw[1::2]) else "utf-8", "replace")
    if said.isprintable() and "\ufffd" not in said:
        return said
    if said.count("\ufffd") > 0.1 * len(said):
        return ""
    readable = sum(sign.isprintable() or sign in "\r\n\t" for sign in said) - said.count("\ufffd")
    return said if readable >= 0.9 * len(said) else ""


def _unescaped(text: str) -> str:
    return re.sub(r"\\u([0-9A-Fa-f]{4})", lambda found: chr(int(found[1], 16)), text)


def _unquoted(text: str) -> str:
    raw = text.encode("utf-8", "replace")
    return codecs.decode(raw, "quopri").decode("utf-8", "replace") if re.search("=[0-9A-F]{2}", text) else text


def _tagless(text: str) -> str:
    return TAGS.sub("", text) if "<" in text and TAGS.search(text) else ""


@cache
def _speech() -> tuple[re.Pattern[str], re.Pattern[str]]:
    known = knowledge()
    says = "|".join(sorted({*known.spoken, *known.repeated}, key=len, reverse=True))
    letters = "|".join(sorted(known.alphabet, key=len, reverse=True))
    gap = r"[\W_]{0,3}"
    return (
        re.compile(rf"(?<![a-z])(?:(?:{says}|\d|\b[a-z]\b)(?![a-z]{{2}}){gap}(?:and|y)?{gap}){{4,}}", re.I),
        re.compile(rf"(?:\b(?:{letters})\b[\W_]{{1,3}}){{3,}}", re.I),
    )


def _spoken(text: str) -> str:
    """Digits said as words, letters as words of the spelling alphabet; empty when there are none."""
    said, known = APART.split(text.lower()), knowledge()
    numbers, letters = _speech()
    found: list[str] = []
    if _counts(said) or not (text.isascii() or _figure_signs().isdisjoint(text)):
        for run in numbers.finditer(text):
            bare = re.sub(
                r"^(?:[\W\d_]|\b\w\b)+|(?:[\W\d_]|\b\w\b)+$", "", run[0]
            )  # figures beside the words are others'
            found += [_near(text, run, _figures(each)) for each in {run[0], bare} if bare]
    if not known.alphabet.isdisjoint(said) and sum(word in known.alphabet for word in said) > 2:
        found += [_near(text, run, "".join(re.findall(r"\b\w", run[0]))) for run in letters.finditer(text + " ")]
    return "\n".join(found)


@cache
def _numerals() -> frozenset[str]:
    return frozenset((*knowledge().spoken, *knowledge().repeated))


@cache
def _figure_signs() -> frozenset[str]:
    return frozenset(sign for sign in _numerals() if not sign.isascii())


def _counts(said: list[str]) -> bool:
    """Four digits or words for digits beside each other."""
    if _numerals().isdisjoint(said):
        return False
    return any(word in _numerals() and _row(said, k) >= 4 for k, word in enumerate(said))


def _row(said: list[str], k: int) -> int:
    first = last = k
    while first > 0 and _counted(said[first - 1]):
        first -= 1
    while last + 1 < len(said) and _counted(said[last + 1]):
        last += 1
    return sum(len(word) if word.isdigit() else 1 for word in said[first : last + 1] if word not in ("and", "y"))


def _counted(word: str) -> bool:
    return len(word) <= 1 or word in _numerals() or word == "and" or word[:1].isdigit() or word[-1:].isdigit()


def _figures(run: str) -> str:
    """The digits that a run of words says: forty-five is 45, double seven 77."""
    known, times, made, tens = knowledge(), 1, "", False
    for word in re.findall(_words(), run.lower()):
        if word in known.repeated:
            times = known.repeated[word]
            continue
        digits = known.spoken.get(word, word)
        made = made[:-1] + digits if tens and len(digits) == 1 and digits != "0" else made + digits * times
        tens, times = len(digits) == 2 and digits[0] != "1" and digits[1] == "0", 1
    return made


DOTS = re.compile(r"d(?<!\w.)ot\b|p(?<!\w.)(?:unto|oint)\b", re.S)
SIGNED = re.compile(r"[^\n]{0,80}\b(?:dot|punto|point|at|arroba)\b[^\n]{0,80}", re.I)


def _signed(text: str) -> str:
    """Contacts whose signs are words: the words as signs; empty where no `dot` is said."""
    if not DOTS.search(text.lower()):
        return ""
    signs = knowledge().signs
    word = re.compile(rf"(?i)\b({'|'.join(signs)})\b")
    return "\n".join(word.sub(lambda said: signs[said[0].lower()], run[0]) for run in SIGNED.finditer(text))


@cache
def _words() -> str:
    said = sorted({*knowledge().spoken, *knowledge().repeated}, key=len, reverse=True)
    return "|".join([*said, r"\d", r"\b[a-z]\b"])


def _near(text: str, run: re.Match[str], instead: str) -> str:
    return f"{text[max(run.start() - NEAR, 0) : run.start()]} {instead} {text[run.end() : run.end() + NEAR]}"


def _leet(text: str) -> Iterator[str]:
    """Words of letters and signs, the signs as letters: 1 as i, then 1 as l."""
    found = [run for run in MARKED.finditer(text) if not run[0].isalpha() and _is_leet(run[0])]
    if found:
        for one in ("i", "l"):
            yield "\n".join(_joined(text, found, str.maketrans({**knowledge().leet, "1": one})))


def _is_leet(word: str) -> bool:
    return bool(LEET.search(word)) and sum(map(str.isalpha, word)) * 3 >= min(len(word), 64)


def _joined(text: str, found: list[re.Match[str]], table: dict[int, str]) -> Iterator[str]:
    for run in found:
        start, end = max(run.start() - NEAR, 0), run.end() + NEAR
        yield MIXED.sub(lambda word: word[0].translate(table), text[start:end])


def _digital(text: str) -> str:
    """Words of digits and letters, those letters as digits that look like them; runs that are mostly digits, freely."""
    words = [word for word in NUMBERED.findall(text) if not word.isalpha() and FIGURED.search(word)]
    found = [word.translate(_similar()) for word in words if any(map(str.isalpha, word))]
    runs = [run[0] for run in DIGITLIKE.finditer(text) if LIKE.search(run[0])]
    mixed = [run for run in runs if _figures_in(run) * 2 >= sum(map(str.isalnum, run)) >= 5]
    return "\n".join([*found, *(run.translate(_mistaken()) for run in mixed)])


@cache
def _mistaken() -> dict[int, str]:
    known = knowledge().digits
    return str.maketrans({**known, **{letter.upper(): digit for letter, digit in known.items()}})


def _figures_in(run: str) -> int:
    return sum(map(str.isdigit, run))


@cache
def _similar() -> dict[int, str]:
    known = knowledge().similar
    return str.maketrans({**known, **{letter.upper(): digit for letter, digit in known.items()}})


def similar(text: str) -> str:
    """Letters as the digits that they are mistaken for: how numbers with letters are compared."""
    return text.translate(_similar())
