"""Rules on texts whose identifiers are marked in tests/cases/deid_rules.yaml: [[LABEL text]]."""

import re
from pathlib import Path

import pytest
import yaml

from nlp.deid.note import WORD, Note
from nlp.deid.rules.rules import Rules

CASES = yaml.safe_load((Path(__file__).parents[3] / "cases" / "deid_rules.yaml").read_text(encoding="utf-8"))
MARK = re.compile(r"\[\[([A-Z0-9]+) (.*?)\]\]", re.DOTALL)
EACH = [(language, text) for language, said in CASES.items() for text in said]


def unmarked(text: str) -> tuple[str, list[tuple[int, int, str]]]:
    plain, spans, last = "", [], 0
    for match in MARK.finditer(text):
        plain += text[last : match.start()]
        spans.append((len(plain), len(plain) + len(match[2]), match[1]))
        plain += match[2]
        last = match.end()
    return plain + text[last:], spans


@pytest.mark.parametrize(("language", "marked"), EACH, ids=[f"{lang}-{n}" for n, (lang, _) in enumerate(EACH)])
def test_marked_words_are_found_and_no_others(language: str, marked: str) -> None:
    text, wanted = unmarked(marked)
    found = Rules().find([Note(text, language)])[0]
    covered = {i for span in found for i in range(span.start, span.end)}
    for start, end, label in wanted:
        assert all(i in covered for i in range(start, end) if text[i].isalnum()), text[start:end]
        assert label in {s.label for s in found if s.start < end and start < s.end}, text[start:end]
    marked_at = {i for start, end, _ in wanted for i in range(start, end)}
    extra = [m[0] for m in WORD.finditer(text) if m.start() in covered and m.start() not in marked_at]
    assert extra == []
