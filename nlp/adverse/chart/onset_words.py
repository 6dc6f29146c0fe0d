"""Words that say whose a date is, and how patients are labelled, as patterns: data/onset_words.yaml."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("data") / "onset_words.yaml"
Pattern = re.Pattern[str]
LINE, GAP = r"^(?:[^\w\n]|_){0,20}", r"\s{0,4}"  # bounded: blank lines without end are no label


@dataclass(frozen=True)
class OnsetWords:
    """`numbered`, `named`: group 1 is the number or name behind the label at the start of a line."""

    drug: Pattern
    onset: Pattern
    begun: Pattern
    numbered: Pattern
    named: Pattern


@lru_cache(maxsize=1)
def onset_words() -> OnsetWords:
    said = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    any_of = {name: "|".join(of) for name, of in said.items()}
    return OnsetWords(
        re.compile(rf"\b(?:{any_of['drug']})\b"),
        re.compile(rf"\b(?:{any_of['onset']})\b"),
        re.compile(rf"\W*(?:{any_of['begun']})"),
        re.compile(
            rf"(?im){LINE}(?:{any_of['numbered']}){GAP}(?:no\.?|nº|#|number)?{GAP}(\d{{1,3}}|[a-h])\b"
            rf"(?=\s{{0,4}}[:.)\-–,(]|[ \t\r]{{0,20}}$)"
        ),
        re.compile(rf"(?im){LINE}(?:{any_of['named']}){GAP}(?:no\.?|nº|#)?{GAP}[:#]{GAP}(\S[^\n,;|]{{1,40}})"),
    )
