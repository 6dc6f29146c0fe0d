"""What one edition of a code system holds, as plain dictionaries: what the readers make and a Catalogue looks up."""

from dataclasses import dataclass, field
from typing import TypedDict


class Notes(TypedDict, total=False):
    """What the tabular list prints at a code, block or chapter; line by line. What it lacks is left out."""

    terms: list[str]
    includes: list[str]
    excludes1: list[str]
    excludes2: list[str]
    code_first: list[str]
    use_additional: list[str]
    code_also: list[str]
    seventh: dict[str, str]


@dataclass
class Content:
    """`titles` are in the order of the list. `parents` lack what has no parent. Codes are written with their dots."""

    titles: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    billable: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)  # chapters and blocks: they have titles and notes, but are no codes
    notes: dict[str, Notes] = field(default_factory=dict)
