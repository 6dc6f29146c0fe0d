"""The acts by which somebody settles what two coders coded differently: they make the third list. Pure."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from review.charts.chart import Chart, Span
from review.coding.act import Act
from review.coding.kind import kind
from review.coding.limits import SPANS
from review.coding.line import ACCEPTED, Coding, Line
from review.judging.items import NOTHING, YES, Item, Lists, agreed, chosen
from review.judging.lists import Key

LEFT_OUT = "Two coders differed; settled."


def begin(lists: Lists, chart: Chart) -> list[Act]:
    """What both have, with what both say of it: the third list starts from there."""
    first, second = lists.both
    acts = []
    for key in agreed(lists):
        acts += _taken(key, (first[key], second[key]), lists.third, chart)
        if first[key].poa and first[key].poa == second[key].poa:
            acts.append(_act("poa", key, poa=first[key].poa))
        for what in ("principal", "admitting"):
            if getattr(first[key], what) and getattr(second[key], what):
                acts.append(_act(what, key))
    return acts


def settle(item: Item, value: str, lists: Lists, chart: Chart, *, known: bool = True) -> list[Act]:
    """`value`: one of what the two said. Settled again, the later word stands. `known`: the code's table has it."""
    if item.settled == value:
        return []
    if item.what == "code":
        return list(_in(item, lists, chart) if value == YES else _out(item, lists.third, known=known))
    if not value:
        return [_note(item)]
    if item.what == "poa":
        return [_act("poa", (item.system, item.code), poa=value)]
    return list(_named(item, value, lists, chart))


def end(lists: Lists) -> list[Act]:
    """In the first's order, then what comes from the second; suggestions that neither took are left as they are."""
    order = list(dict.fromkeys([*chosen(lists.first), *chosen(lists.second)]))
    standing = list(chosen(lists.third))
    ranked = sorted(standing, key=lambda key: order.index(key) if key in order else len(order))
    acts = []
    for system in dict.fromkeys(key[0] for key in standing):
        wanted, held = ([code for name, code in each if name == system] for each in (ranked, standing))
        wanted = _led(wanted, lists.third, system)
        if wanted != held:
            acts.append(Act("", "order", 0, system, after={"codes": wanted}))
    return [*acts, Act("", "finish", 0, after={"leave": True})]


def numbered(acts: Iterable[Act], name: str, version: int, digest: str) -> list[Act]:
    """One press of a key is several acts; each is named after the press, so that sent twice it counts once."""
    return [
        replace(act, decision_id=named(name, at), version=version + at, digest=digest) for at, act in enumerate(acts)
    ]


def named(name: str, at: int) -> str:
    return "s" + hashlib.blake2b(f"{name}/{at}".encode(), digest_size=15).hexdigest()


def _in(item: Item, lists: Lists, chart: Chart) -> Iterator[Act]:
    """With the evidence of who had it, and what she said of it."""
    key = item.system, item.code
    had = [each[key] for each in lists.both if key in each]
    yield from _taken(key, had, lists.third, chart)
    if had and had[0].poa:
        yield _act("poa", key, poa=had[0].poa)


def _out(item: Item, third: Coding, *, known: bool) -> Iterator[Act]:
    """What one of both added is added and taken out again, so that whoever reads the log learns that it is not so."""
    key = item.system, item.code
    line = third.of(*key)
    if line is None and not known:
        yield _note(item)
        return
    if line is None:
        yield _act("add", key)
    added = line is None or line.added
    yield replace(_act("remove" if added else "reject", key), reason=LEFT_OUT)


def _named(item: Item, code: str, lists: Lists, chart: Chart) -> Iterator[Act]:
    """Who names a code principal takes it."""
    key = item.system, code
    line = lists.third.of(*key)
    if line is None or line.state != ACCEPTED:
        yield from _in(Item("code", *key, "", ""), lists, chart)
    yield _act(item.what, key)


def _taken(key: Key, had: Iterable[Line], third: Coding, chart: Chart) -> list[Act]:
    line = third.of(*key)
    if line and line.state == ACCEPTED:
        return []
    spans = dict.fromkeys(span for each in had for span in each.evidence if _stands(span, chart))
    return [replace(_act("accept" if line else "add", key), evidence=tuple(spans)[:SPANS])]


def _stands(span: Span, chart: Chart) -> bool:
    """Marked by a coder, in words that still stand there; what was suggested brings its own."""
    note = next((note for note in chart.notes if note.note_id == span.note_id), None)
    marked = note is not None and span.source == "coder" and bool(span.quote)
    return marked and note is not None and note.text[span.start : span.end].split() == span.quote.split()


def _led(codes: list[str], third: Coding, system: str) -> list[str]:
    """The principal before all others of its kind."""
    first = [each.code for each in third.accepted(kind(system)) if each.principal and each.system == system]
    return [*first, *(code for code in codes if code not in first)]


def _act(action: str, key: Key, **after: str) -> Act:
    return Act("", action, 0, *key, after=after)


def _note(item: Item) -> Act:
    return Act("", "note", 0, item.system, item.code, reason=NOTHING[item.what])
