"""A question to the physician, as a draft that does not lead; and what would lead in one that a coder wrote."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nlp.icd.catalogue.search import words
from nlp.icd.knowledge.terms import terms
from review.charts.chart import Chart, Note, Span
from review.coding.line import REJECTED, Coding, Line

FILE = Path(__file__).with_name("queries.yaml")
SHOWN, LONGEST = 6, 300  # indicators of a draft; characters of one
AROUND = 60  # characters beside a marked word, so that it can be understood
MOST_WORDS = 5  # of a diagnosis that is looked for
UNSPECIFIED = re.compile(r"\b(unspecified|nos)\b", re.I)
QUOTE = re.compile(r"“([^“”]*)”")
ACRONYM = re.compile(r"\b[A-Z][A-Z0-9]{1,5}\b")
SENTENCE = re.compile(r"[^.?!\n]*\?")
Said = Any


@dataclass(frozen=True)
class Draft:
    question: str = field(repr=False)
    options: tuple[str, ...] = field(repr=False)


@cache
def said() -> Said:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def draft(
    chart: Chart, coding: Coding, line: Line | None = None, marks: Sequence[Span] = (), *, about: str = ""
) -> Draft:
    """Of a code, of marked words, or of both. `about`: a question of queries.yaml, where the coder has chosen one."""
    quotes = indicators(chart, [*(line.evidence if line else ()), *marks])
    kind = about if about in said()["questions"] else _kind(line)
    found = said()["questions"][kind]
    lines = [said()["begins"], *(f"- {quote}" for quote in quotes)] if quotes else []
    question = "\n".join([*lines, "", " ".join(found["asks"].split()), said()["ends"]]).strip()
    supported = _supported(coding, line) if kind == "specificity" else []
    return Draft(question, (*supported, *found["options"], *said()["always"]))


def indicators(chart: Chart, spans: Sequence[Span]) -> list[str]:
    """What the notes say there, with a few words around, the note's kind and its day."""
    notes = {note.note_id: note for note in chart.notes}
    told = dict.fromkeys(_indicator(notes[span.note_id], span) for span in spans if span.note_id in notes)
    return list(told)[:SHOWN]


def _indicator(note: Note, span: Span) -> str:
    start = max(note.text.rfind("\n", 0, span.start) + 1, span.start - AROUND)
    end = note.text.find("\n", span.end)
    end = min(end if end >= 0 else len(note.text), span.end + AROUND)
    start, end = _whole(note.text, start, end)
    day = f", {note.time:%Y-%m-%d}" if note.time else ""
    quote = " ".join(note.text[start:end].split())[:LONGEST]
    return f"“{quote}” ({note.kind or 'note'}{day})"


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """Not in the middle of a word."""
    while start and start < end and text[start - 1].isalnum():
        start += 1
    while end < len(text) and end > start and text[end].isalnum():
        end -= 1
    return start, end


def _kind(line: Line | None) -> str:
    if line is None:
        return "open"
    found = next((kind for flag, kind in said()["because"].items() if flag in line.flags), "")
    return found or ("specificity" if UNSPECIFIED.search(line.display) else "open")


def _supported(coding: Coding, line: Line | None) -> list[str]:
    """More specific diagnoses of the category that the record itself speaks for; one alone would lead."""
    found = [
        each.display
        for each in coding.lines
        if line and each.code[:3] == line.code[:3] and each.evidence and each.state != REJECTED and not each.planted
        and not UNSPECIFIED.search(each.display)
    ]  # fmt: skip
    return found if len(found) > 1 else []


def leading(question: str, options: Sequence[str], chart: Chart, spans: Sequence[Span]) -> list[str]:
    """What a reviewer would hold against it, in sentences; nothing: nothing was found, which proves nothing."""
    notes = " ".join(_plain(note.text) for note in chart.notes)
    quotes = [quote for quote in QUOTE.findall(question) if quote.strip() and _plain(quote) in notes]
    record = _plain(" ".join([*indicators(chart, spans), *quotes]))
    return list(dict.fromkeys(_doubts(QUOTE.sub(" ", question), options, record)))


def _doubts(asked: str, options: Sequence[str], record: str) -> Iterator[str]:
    if not record.strip():
        yield "It shows nothing of the record. Mark the words that make you ask."
    for found in said()["leading"].values():
        for word in found["words"]:
            if _stands(word, asked) or any(_stands(word, option) for option in options):
                yield f"It {found['says'].format(word=word)}."
    new = [name for text in (asked, *options) for name in _named(text) if f" {name} " not in f" {record} "]
    for name in new:
        yield f"It names {name}; the passages it quotes do not. Quote where the record speaks of it, or leave it out."
    yes_or_no = [each for each in SENTENCE.findall(asked) if _closed(each)]
    if (yes_or_no and new) or (options and all(option.strip().lower() in said()["closed"] for option in options)):
        yield "Yes or no is asked of a diagnosis that is not documented yet. Ask openly, or offer choices."
    for name, forms in said()["instead"].items():
        if options and not any(_stands(form, option) for form in forms for option in options):
            yield f"The options lack {'“other”' if name == 'other' else '“unable to determine”'}."


def _stands(word: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word)}s?(?![\w-])", text, re.I) is not None


def _plain(text: str) -> str:
    return " ".join(words(text))


def _closed(sentence: str) -> bool:
    first = sentence.strip().lower()
    return any(first.startswith(f"{word} ") for word in said()["yes_or_no"])


def _named(text: str) -> list[str]:
    """Diagnoses as physicians write them, the longest first; what stands within a longer one is not told again."""
    shouted = [word.lower() for word in ACRONYM.findall(text) if word in _acronyms()]
    plain, found, at = words(text), shouted, 0
    while at < len(plain):
        runs = (tuple(plain[at : at + many]) for many in range(MOST_WORDS, 0, -1))
        run = next((run for run in runs if run in _known()), ())
        found += [" ".join(run)] if run else []
        at += len(run) or 1
    return found


@cache
def _known() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(words(phrase)) for phrase, _ in terms("en") if phrase not in _acronyms())


@cache
def _acronyms() -> frozenset[str]:
    """Known by their capitals: DOE is dyspnea on exertion, does is not."""
    return frozenset(phrase for phrase, _ in terms("en") if ACRONYM.fullmatch(phrase))
