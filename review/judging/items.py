"""What two coders coded differently, one question at a time, and how each is settled by now. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from review.coding.act import Done
from review.coding.line import ACCEPTED, Coding, Line
from review.judging.lists import Key

What = Literal["code", "principal", "admitting", "poa"]
YES, NO = "yes", "no"
KINDS = ("diagnosis", "procedure")
MARKS: tuple[What, ...] = ("principal", "admitting")
NOTHING: dict[str, str] = {
    "code": "Two coders differed; the code is left out.",
    "principal": "Two coders differed; none is named principal.",
    "admitting": "Two coders differed; none is named admitting.",
    "poa": "Two coders differed; nothing is said of its presence on admission.",
}
"""Reasons of a note in the log, where what is settled needs no other act."""


@dataclass(frozen=True, slots=True)
class Item:
    """`first`, `second`: what each said: yes or no of a code; the code that is principal or admitting; the indicator.

    `settled`: the same, of who settles; None: not yet. `code` is empty of principal and admitting.
    """

    what: What
    system: str
    code: str
    first: str
    second: str
    settled: str | None = None

    @property
    def name(self) -> str:
        return "|".join((self.what, self.system, self.code))


@dataclass(frozen=True)
class Lists:
    """The three of a chart, as folded; `acts`: of the third."""

    first: Coding
    second: Coding
    third: Coding
    acts: Sequence[Done] = ()

    @property
    def both(self) -> tuple[dict[Key, Line], dict[Key, Line]]:
        return chosen(self.first), chosen(self.second)


def chosen(coding: Coding) -> dict[Key, Line]:
    """In the order of the claim, without what was planted."""
    return {(line.system, line.code): line for line in coding.accepted() if not line.planted}


def items(lists: Lists) -> list[Item]:
    """Codes first: the others ask about those that both have, or that are settled to stand."""
    return [*_codes(lists), *_marks(lists), *_indicators(lists)]


def agreed(lists: Lists) -> list[Key]:
    """In the first's order."""
    first, second = lists.both
    return [key for key in first if key in second]


def _codes(lists: Lists) -> Iterator[Item]:
    first, second = lists.both
    for key in [*first, *(key for key in second if key not in first)]:
        if (key in first) != (key in second):
            one, other = (YES if key in each else NO for each in (first, second))
            yield Item("code", *key, one, other, _of_code(lists, key))


def _of_code(lists: Lists, key: Key) -> str | None:
    line = lists.third.of(*key)
    if line and line.state == ACCEPTED:
        return YES
    touched = any((act.system, act.code) == key and act.action in ("reject", "remove") for act in lists.acts)
    return NO if touched or _noted(lists, "code", *key) else None


def _marks(lists: Lists) -> Iterator[Item]:
    for what in MARKS:
        for kind in KINDS:
            named = [_marked(each, what, kind) for each in (lists.first, lists.second, lists.third)]
            if named[0] == named[1]:
                continue
            system = (named[0] or named[1] or ("", ""))[0]
            third = named[2] if _said(lists, what, kind) else None
            settled = third[1] if third else "" if _noted(lists, what, system, "") else None
            one, other = (each[1] if each else "" for each in named[:2])
            yield Item(what, system, "", one, other, settled)


def _marked(coding: Coding, what: str, kind: str) -> Key | None:
    found = (line for line in chosen(coding).values() if line.kind == kind and getattr(line, what))
    return next(((line.system, line.code) for line in found), None)


def _said(lists: Lists, what: str, kind: str) -> bool:
    named = {(act.system, act.code) for act in lists.acts if act.action == what}
    return any(line.kind == kind and (line.system, line.code) in named for line in lists.third.lines)


def _indicators(lists: Lists) -> Iterator[Item]:
    """Of codes that both have: one that only one had comes with what she said of it."""
    first, second = lists.both
    for key in agreed(lists):
        one, other = first[key].poa, second[key].poa
        if one != other:
            third = lists.third.of(*key)
            said = any(act.action == "poa" and (act.system, act.code) == key for act in lists.acts)
            settled = third.poa if said and third else "" if _noted(lists, "poa", *key) else None
            yield Item("poa", *key, one, other, settled)


def _noted(lists: Lists, what: str, system: str, code: str) -> bool:
    said = (act for act in lists.acts if act.action == "note" and (act.system, act.code) == (system, code))
    return any(act.reason == NOTHING[what] for act in said)
