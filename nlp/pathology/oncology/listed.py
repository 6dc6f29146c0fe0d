"""English reports: listed names of tumours, with behaviour and grade as the words around them say."""

import re
from functools import cache

from nlp.pathology.oncology.dictionary import Dictionary
from nlp.pathology.oncology.features import cues
from nlp.pathology.oncology.finder import Mention
from nlp.pathology.oncology.icdo import Morphology
from nlp.pathology.oncology.names import MALIGNANT, SECONDARY, names
from nlp.pathology.oncology.words import RUN, plain, said

SOURCE = "list of names"
SURE = 0.8  # not measured: no corpus of English reports with codes was at hand
BEFORE, AFTER = 40, 60  # letters of the clause around a name that may say its behaviour and grade
CLAUSE = re.compile(r"[.;\n]")
GRADE = "grade "
SHORT = 4  # letters of a name that is an abbreviation, and stands in capitals


@cache
def _known() -> tuple[Dictionary, dict[str, str]]:
    known: dict[str, str] = {}
    for name in names():
        if name.language == "en":
            known.setdefault(" ".join(RUN.findall(plain(name.words))), name.code)
    return Dictionary.of(known), known


def listed(text: str) -> list[Mention]:
    dictionary, known = _known()
    found = dictionary.find(text)
    kept = [each for each in found if len(each[2]) > SHORT or text[each[0] : each[1]].isupper()]
    return [_mention(text, start, end, known[name]) for start, end, name in kept]


def _mention(text: str, start: int, end: int, code: str) -> Mention:
    before = CLAUSE.split(text[max(0, start - BEFORE) : start])[-1]
    after = CLAUSE.split(text[end : end + AFTER])[0]
    of = Morphology.of(code)
    told = cues().of(said(before))
    behaviour = SECONDARY if of.behaviour == MALIGNANT and "spread" in told else of.behaviour
    graded = [*told, *cues().of(said(after))]
    grade = max((cue.removeprefix(GRADE) for cue in graded if cue.startswith(GRADE)), default="")
    made = Morphology(
        of.histology, behaviour, grade if behaviour in (MALIGNANT, SECONDARY) and not of.grade else of.grade
    )
    return Mention(start, end, SURE, ((made.code, 1.0),), SOURCE)
