"""Logs, grids, orders, headings and shorthand: lines of few words, of which few name anybody."""

from nlp.deid.practice.draft import Draft
from nlp.deid.practice.slots import Writer

STARTS = [
    "",
    "",
    "<hhmm> ",
    "<hhmm> ",
    "<hhmm>: ",
    "<hcmm> ",
    "{DATE:part} ",
    "{DATE:part} <hhmm> ",
    "- ",
    "{shape:9}. ",
]
KINDS = ["flow", "flow", "tele", "tele", "order", "title", "lined", "lined", "lined", "lined"]


def terse(writer: Writer, named: float) -> Draft:
    """A block in one style; `named` is the part of its shorthand that names somebody."""
    kind = writer.rng.choice(KINDS)
    return (
        _grid(writer)
        if kind == "flow"
        else _shorthand(writer, named)
        if kind == "tele"
        else _lines(writer, kind, named)
    )


def _grid(writer: Writer) -> Draft:
    """The same row again and again; now and then in another order of time."""
    out, row = Draft(), writer.frames.pick("flow", writer.rng)
    if writer.rng.random() < 0.4:
        out.say(writer.write("[time|Time|TIME|date|hr]\t[BP|bp]\t[HR|P|pulse]\t[pain|RR|temp]\t[init|by|RN]\n").text)
    for _ in range(writer.rng.choice([1, 2, 4, 6, 9])):
        out.add(writer.write(row))
        out.say("\n")
    return out


def _shorthand(writer: Writer, named: float) -> Draft:
    rng, out = writer.rng, Draft()
    start, between = rng.choice(STARTS), rng.choice([". ", ". ", ", ", " ", "; ", " - ", "/"])
    for _ in range(rng.choice([1, 2, 4, 6])):
        out.add(writer.write(start))
        for at in range(rng.choice([1, 2, 3, 4])):
            out.say(between if at else "")
            out.add(writer.topic("telenamed" if rng.random() < named else "tele"))
        out.say(rng.choice(["\n", ".\n"]))
    drawn = rng.random()
    return (
        out.outside(str.lower, str.lower)
        if drawn < 0.75
        else out.outside(str.upper, str.upper)
        if drawn < 0.85
        else out
    )


def _lines(writer: Writer, kind: str, named: float) -> Draft:
    rng, out = writer.rng, Draft()
    between = rng.choice(["\n", "\n", "\n", " ", "\n\n", ". "])
    for _ in range(rng.choice([2, 3, 5, 8])):
        other = rng.choice(["neutral", "title", "tele"])
        out.add(writer.topic("odd" if rng.random() < named else kind if rng.random() < 0.85 else other))
        out.say(between)
    return out
