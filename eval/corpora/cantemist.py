"""CANTEMIST (IberLEF 2020): Spanish oncology cases, mentions of tumour morphology with ICD-O-3 codes, codes by case."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contract.errors import InputError
from eval.corpora.marked import Marked

MORPHOLOGY = "MORFOLOGIA_NEOPLASIA"
CODE = re.compile(r"\d{4}/\d{1,2}(?:/H)?")
"""Histology, behaviour, grade or lineage where it is said, and /H where the words say more than the code."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Offsets in characters, end exclusive."""

    start: int
    end: int
    code: str


@dataclass(frozen=True)
class Case:
    """`codes`: of the case, each once, as the coding task has them; where it has none, those of the mentions."""

    name: str
    text: str
    mentions: tuple[Mention, ...]  # in order
    codes: tuple[str, ...]

    @property
    def marked(self) -> Marked:
        return Marked(self.name, self.text, tuple((each.start, each.end, MORPHOLOGY) for each in self.mentions))


def read_cantemist(folder: Path) -> list[Case]:
    """By name: norm/NAME.txt and norm/NAME.ann (or these beside each other), coding/*.tsv where there is one."""
    norm = folder / "norm" if (folder / "norm").is_dir() else folder
    paths = [path for path in sorted(norm.glob("*.txt")) if path.with_suffix(".ann").is_file()]
    if not paths:
        raise InputError(
            f"{folder} holds no norm/NAME.txt beside norm/NAME.ann; expected CANTEMIST's layout, one part of it: "
            "train, dev1 or test."
        )
    listed = _listed(folder)
    return [_case(path, listed) for path in paths]


def _case(path: Path, listed: dict[str, list[str]] | None) -> Case:
    text = path.read_bytes().decode("utf-8")
    mentions = tuple(sorted(_mentions(path.with_suffix(".ann")), key=lambda each: (each.start, each.end, each.code)))
    if mentions and max(each.end for each in mentions) > len(text):
        raise InputError(
            f"{path.stem}.ann marks characters beyond the end of {path.name}: they do not belong together."
        )
    codes = [each.code for each in mentions] if listed is None else listed.get(path.stem, [])
    return Case(path.stem, text, mentions, tuple(dict.fromkeys(codes)))


def _mentions(path: Path) -> Iterator[Mention]:
    places: dict[str, tuple[int, int]] = {}
    codes: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        where = f"{path.name}, line {number}"
        if line.startswith("T"):
            places |= _place(line, where)
        elif line.startswith("#"):
            codes |= _note(line, where)
    if bare := sorted(set(places) - set(codes)):
        raise InputError(
            f"{path.name}: {', '.join(bare[:5])} has no line `#1<tab>AnnotatorNotes {bare[0]}<tab>CODE`. "
            "Parts without codes (the NER task) teach no codes; take norm/."
        )
    return (Mention(*place, codes[mark]) for mark, place in places.items())


def _place(line: str, where: str) -> dict[str, tuple[int, int]]:
    """A mention in pieces is read from its first to its last character."""
    try:
        mark, said, *_ = line.split("\t")
        label, first, *_, last = said.replace(";", " ").split()
        return {mark: (int(first), int(last))} if label == MORPHOLOGY else {}
    except ValueError:
        raise InputError(f"{where}: expected `T1<tab>{MORPHOLOGY} START END<tab>words`. Look at its tabs.") from None


def _note(line: str, where: str) -> dict[str, str]:
    cells = line.split("\t")
    said = cells[1].split() if len(cells) > 2 else []
    if len(said) != 2:
        raise InputError(f"{where}: expected `#1<tab>AnnotatorNotes T1<tab>CODE`. Look at its tabs.")
    return {said[1]: _code(cells[2], where)}


def _code(said: str, where: str) -> str:
    code = said.strip().upper()
    if not CODE.fullmatch(code):
        raise InputError(f"{where}: found the code {code[:20]!r}; expected one such as 8140/3, 8140/33 or 8000/3/H.")
    return code


def _listed(folder: Path) -> dict[str, list[str]] | None:
    """Codes by case; null where there is no file of them."""
    paths = sorted((folder / "coding").glob("*.tsv"))
    found: dict[str, list[str]] = {}
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            cells = line.split("\t")
            if len(cells) != 2:
                raise InputError(f"{path.name}, line {number}: expected `case<tab>code`, found {len(cells)} cells.")
            if cells != ["file", "code"]:
                found.setdefault(cells[0], []).append(_code(cells[1], f"{path.name}, line {number}"))
    return found if paths else None
