"""What the tabular list calls a code: its title, inclusion terms, includes notes and synonyms."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_NOTED = re.compile(r"\s*\([A-Z]\d[^)]*\)\s*$")  # an includes note may end in codes


class Entry(NamedTuple):
    code: str
    words: str
    source: str  # title, inclusion, includes, synonym


def tabular() -> Iterator[Entry]:
    """Categories and below of ICD-10-CM; of codes told apart by their seventh character the sixth stands for all."""
    import simple_icd_10_cm as tabular_list

    for code in tabular_list.get_all_codes():
        if not tabular_list.is_category_or_subcategory(code) or len(code) > 7:
            continue
        yield Entry(code, tabular_list.get_description(code), "title")
        for term in tabular_list.get_inclusion_term(code):
            yield Entry(code, term, "inclusion")
        for note in tabular_list.get_includes(code):
            yield Entry(code, _NOTED.sub("", note), "includes")
