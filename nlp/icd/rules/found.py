"""What a check yields: a code, the other one where it takes two, and a sentence; the rule adds the rest."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from nlp.icd.rules.case import Case


class Found(NamedTuple):
    code: str
    text: str
    other: str = ""
    source: str = ""  # where it is not the rule's section
    note: str = ""  # the line of the tabular list that says so


Check = Callable[[Case], Iterator[Found]]
