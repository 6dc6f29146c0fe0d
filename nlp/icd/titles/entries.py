"""What the tabular list calls a code: its title, inclusion terms, includes notes and synonyms."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_NOTED = re.compile(r"\s*\([A-Z]\d[^)]*\)\s*$")  # an includes note may end in codes

_SEVERAL = re.compile(r"\b[\w-]+(?:, [\w-]+)*,? (?:and|or) [\w-]+")
NO_THING = {"other", "unspecified", "specified", "the", "left", "right"}


class Entry(NamedTuple):
    code: str
    words: str
    source: str  # title, part (of a title), inclusion, includes, index


def alternatives(title: str) -> Iterator[str]:
    """A title that says two or three things of which one is enough, once for each: embolism and thrombosis of veins."""
    for match in _SEVERAL.finditer(title):
        one_of = [word for word in re.split(r",\s*(?:and |or )?|\s+(?:and|or)\s+", match.group()) if word]
        if not set(one_of) & NO_THING:
            yield from (title[: match.start()] + word + title[match.end() :] for word in one_of)


def tabular() -> Iterator[Entry]:
    """Categories and below of ICD-10-CM; of codes told apart by their seventh character the sixth stands for all."""
    import simple_icd_10_cm as tabular_list

    for code in tabular_list.get_all_codes():
        if not tabular_list.is_category_or_subcategory(code) or len(code) > 7:
            continue
        title = tabular_list.get_description(code)
        yield Entry(code, title, "title")
        yield from (Entry(code, one, "part") for one in alternatives(title))
        for term in tabular_list.get_inclusion_term(code):
            yield Entry(code, term, "inclusion")
        for note in tabular_list.get_includes(code):
            yield Entry(code, _NOTED.sub("", note), "includes")
