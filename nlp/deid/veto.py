"""Layer (d): a capitalised word or a number that nothing can explain as safe is taken for an identifier."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp.deid.note import Note
from nlp.deid.protect import TITLE, eponym
from nlp.deid.rules.trims import lists
from nlp.deid.safe import safe
from nlp.deid.span import Span
from nlp.text.names import names
from nlp.text.words import commonness

WORD = re.compile(r"[^\W_]+(?:[-&][^\W_]+)*")
EPONYM = re.compile(  # what only a word of medicine stands before, with or without possessive
    r"(?:['’]s)?[ -](?:syndromes?|disease|sign|phenomenon|triad|criteria|classification|score|scale|index|"
    r"maneuver|manoeuvre|procedure|repair|osteotomy|anastomosis|catheter|cannula|forceps|"
    r"clamp|retractor|sutures?|stain|agar|bodies|antigens?|antibod(?:y|ies)|reflex|palsy|lymphoma|sarcoma|"
    r"tumou?r|anemia|drain|tube|stent|valve|graft|rods?|plate|nail|splint|protocol|regimen|formula|equation|virus|position|stage|grade|type|lesion|fracture|hernia|deformity|cells)\b",
    re.IGNORECASE,
)
LETTERS = re.compile(r"[^\W\d_]{2,}")
LAYER, SCORE = "veto", 0.5
START = re.compile(r"(?:^|[.:;!?|•*#>)\]\"“”_=+/—–]|\d[.)]?|\s-+)\s*$")  # what a capital may stand behind
RESULT = re.compile(  # what explains a number before it, or behind it
    r"\b(?:icd|cpt|hcpcs|snomed|loinc|rxnorm|ndc|code|código|trial|nct|pmid|rs|version|v|model|dose|units?|of|x|wbc|rbc|"
    r"plt|platelets?|plaquetas|leucocitos|count|load|copies|cpk|ck|ldh|ferritin|bnp|ast|alt|dimer|troponin|rate|total|vol)"
    r"\b[^\n\w]*(?:was|is|of|to|at|de)?\W*$",
    re.IGNORECASE,
)
UNIT = re.compile(
    r"\s?(?:[.,]\d|%|/|x\b|×|mg|mcg|µg|ug|g\b|kg|ml|mL|cc|l\b|dl|units?|u\b|iu|ui|cells|cél|leuc|copi|cm|mm|m\b|cal|kcal|"
    r"mmol|meq|bpm|steps|per\b|hours|pg|ng|ppm|rad|cgy|dollars)",
    re.IGNORECASE,
)
CODE = re.compile(  # ICD, sizes, gene and drug names, TNM, doses glued to units
    r"[A-Z]\d{2}[A-Z0-9]{0,4}|\d{1,3}[A-Za-z]{1,6}|[A-Za-z]{1,4}\d{1,3}[a-z]?|[cpyr]*T\w{1,3}N\w{1,3}(?:M\w)?|"
    r"\d{1,4}[xX]\d{1,4}|[A-Z][a-z]+\d{1,2}|(?:[A-Z]\d{1,2}){2,}"
)
PLAIN = re.compile(r"\d{1,4}[A-Za-zº°]{0,4}|[^\W\d_]+")  # a part of a range or of a compound
HOSPITAL = re.compile(r"(?:\s[A-Z][\w']*)?\s(?:hospital|clinic|medical|health|center)", re.IGNORECASE)
RARE_START, RARE_SHOUTED, FIRST_SHOUTED, COMMON, COMMON_NAME = 3.6, 3.7, 4.5, 4.0, 5.0  # Zipf; see `unexplained`


@dataclass(frozen=True)
class Veto:
    """Long numbers and mixed codes are explained by little, words by much. Words in lower case are out of its reach."""

    layer: str = LAYER

    def find(self, notes: Sequence[Note]) -> list[list[Span]]:
        return [list(suspects(note)) for note in notes]


@dataclass(frozen=True)
class Line:
    start: int
    shouted: bool  # nearly all capitals: they say nothing
    titled: bool  # most words begin with one, as in headings


def line_of(text: str, start: int) -> Line:
    words = LETTERS.findall(text, start, text.find("\n", start) + 1 or len(text))
    capitals = [w for w in words if w.isupper()]
    shouted = len(words) > 1 and len(capitals) >= 0.6 * len(words) and any(len(w) > 4 for w in capitals)
    titled = len(words) > 1 and sum(w[0].isupper() for w in words) >= 0.7 * len(words)
    return Line(start, shouted, titled)


def suspects(note: Note) -> Iterator[Span]:
    text, known = note.text, safe()
    found = [(m.start(), m.end(), m[0]) for m in WORD.finditer(text)]
    words = [(start, end, word.lower()) for start, end, word in found]
    plain = {word for _, _, word in found if word.islower()}
    line = Line(-1, False, False)
    for at, (start, end, low) in enumerate(words):
        if not low.isalpha() and any(map(str.isdigit, low)):
            if number(note, start, end):
                yield Span(start, end, "MRN", LAYER, SCORE)
        elif (
            text[start].isupper() and low not in plain and len(low) > 1
            and not known.medical(low) and low not in known.heads
        ):  # fmt: skip
            begin = text.rfind("\n", 0, start) + 1
            line = line if line.start == begin else line_of(text, begin)
            if (
                unexplained(note, at, words, line)
                and not (low in known.eponyms and eponym(at, words, text, known))
                and (TITLE.search(text, max(0, start - 14), start) or not EPONYM.match(text, end))
            ):
                yield Span(start, end, label(text, start, end), LAYER, SCORE)


def number(note: Note, start: int, end: int) -> bool:
    """True for six figures and more, and for letters mixed with figures, that no unit, result or code explains."""
    text, word = note.text, note.text[start:end]
    figures = sum(map(str.isdigit, word))
    if figures == len(word):
        if figures < 6:
            return False
        thousands = text[start - 1 : start] in (".", ",") and text[start - 2 : start - 1].isdigit()
        explained = figures < 9 and (UNIT.match(text, end) or RESULT.search(text, max(0, start - 25), start))
        return not explained and not thousands
    if figures < 3 or len(word) < 5 or CODE.fullmatch(word) or re.search(r"[.&/]", word):
        return False
    parts = word.split("-")
    if len(parts) > 1 and all(PLAIN.fullmatch(p) for p in parts):
        return False
    return not (figures < 7 and UNIT.match(word, len(word) - len(word.lstrip("0123456789"))))


def unexplained(note: Note, at: int, words: list[tuple[int, int, str]], line: Line) -> bool:
    """A capitalised word: rare names where a capital means little, all but common words where it means a name."""
    start, end, low = words[at]
    text = note.text
    common = commonness(note.language).get(low, 0.0)
    first = low in names("first", note.language)
    named = first or low in names("last", note.language)
    if line.shouted or (text[start:end].isupper() and len(low) > 3):
        return named and common < (FIRST_SHOUTED if first and low not in lists()["mostly_words"] else RARE_SHOUTED)
    word = text[start:end]
    inner = (
        sum(map(str.isupper, word)) > 1
        and "-" not in word
        and not word.startswith(("Mc", "Mac", "De", "Di", "La", "Le", "O"))
    )
    if word.isupper() or len(low) < 3 or inner or text[end : end + 1] in ("®", "™"):  # VADs, CyberKnife
        return False
    if TITLE.search(text, max(0, start - 14), start) and low not in lists()["never_names"]:
        return True
    parts = low.split("-")
    if len(parts) > 1 and not named:
        rare = commonness(note.language)
        return all(rare.get(p, 0.0) < COMMON and not safe().medical(p) for p in parts) and text[end - 1].islower()
    if line.titled or begins(text, line.start, start):
        return named and common < RARE_START
    before = words[at - 1] if at else (0, 0, "")
    if not named and text[before[0]].isupper() and before[1] + 1 == start and safe().medical(before[2]):
        return False  # Diabetes Mellitus
    return common < COMMON or (named and common < COMMON_NAME and low not in lists()["mostly_words"])


def begins(text: str, line: int, start: int) -> bool:
    """A sentence, cell or item begins here: a capital is no news."""
    return not text[line:start].strip() or bool(START.search(text, max(line, start - 4), start))


def label(text: str, start: int, end: int) -> str:
    if re.search(
        r"(?:\bdr|\bdra|\bdoctor|\bdoctora|\bnurse|\bby)\W*$", text[max(0, start - 10) : start], re.IGNORECASE
    ):
        return "STAFF"
    return "HOSPITAL" if HOSPITAL.match(text, end) else "PATIENT"
