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
KINDS = ["flow", "flow", "tele", "tele", "order", "title", "lined", "lined", "lined", "soup", "soup", "soup"]


THINGS = [
    *["{common}"] * 6, "<lab>", "<drug>", "<eponym>", "<organism>", "<product>", "<short>", "<problem>", "<symptom>",
    "<heading>", "<test>", "{shape:aa}", "{shape:aaa}", "{shape:AA}", "{shape:AAA}", "<disorder>", "<unit>",
]  # fmt: skip
FIGURES = [
    "{shape:9}", "{shape:99}", "{shape:999}", "{shape:9.9}", "[2|3|4|5]{shape:9}/{shape:99}", "1{shape:99}/{shape:99}",
    "{shape:99}%", "x{shape:9}", "q{shape:9}h", "<hhmm>", "<hcmm>", "{shape:9}+", "-{shape:9}", "<{shape:9}",
    "{shape:9}-{shape:9}", "{shape:9999}", "0.{shape:99}", "#{shape:9}", "({shape:99})",
]  # fmt: skip
PEOPLE = ["{kin} {RELATIVE:first}", "{STAFF:any}", "{PATIENT:any}", "{DATE:part}", "in {CITY}", "at {EMPLOYER}",
          "{HOSPITAL}", "{PHONE}", "mrn {MRN}", "w {RELATIVE:first}", "dr {STAFF:last}", "{DATE}"]  # fmt: skip


def terse(writer: Writer, named: float) -> Draft:
    """A block in one style; `named` is the part of its shorthand that names somebody."""
    kind = writer.rng.choice(KINDS)
    if kind == "flow":
        return _grid(writer)
    if kind == "tele":
        return _shorthand(writer, named)
    return _soup(writer, named) if kind == "soup" else _lines(writer, kind, named)


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
    return _cased(out, rng.random(), (0.75, 0.75, 0.85))


def _cased(draft: Draft, drawn: float, under: tuple[float, float, float]) -> Draft:
    """Under the first limit in small letters, then in title case, in capitals, as it is."""
    small, title, shout = under
    if drawn < small:
        return draft.outside(str.lower, str.lower)
    if drawn < title:
        return draft.outside(str.title, str.title)
    return draft.outside(str.upper, str.upper) if drawn < shout else draft


def _lines(writer: Writer, kind: str, named: float) -> Draft:
    rng, out = writer.rng, Draft()
    between = rng.choice(["\n", "\n", "\n", " ", "\n\n", ". "])
    for _ in range(rng.choice([2, 3, 5, 8])):
        other = rng.choice(["neutral", "title", "tele"])
        out.add(writer.topic("odd" if rng.random() < named else kind if rng.random() < 0.85 else other))
        out.say(between)
    return out


def _soup(writer: Writer, named: float) -> Draft:
    """Words and figures in no order that anybody has thought of, in one layout."""
    rng, out = writer.rng, Draft()
    between = rng.choice([" ", " ", " ", ", ", "; ", " / ", " | ", "\t", ": ", " - ", "..", "  ", "="])
    start = rng.choice(["", "", "", "- ", "<hhmm> ", "{common}: ", "{COMMON}: ", "* "])
    figures, width = rng.choice([0.05, 0.2, 0.5]), rng.choice([2, 4, 6, 9, 14])
    for _ in range(rng.choice([2, 3, 5, 7])):
        out.add(writer.write(start))
        for at in range(rng.randrange(width) + 1):
            out.say(between if at else "")
            people = rng.random() < named / 4
            out.add(writer.write(rng.choice(PEOPLE if people else FIGURES if rng.random() < figures else THINGS)))
        out.say(rng.choice(["\n", ".\n", "\n"]))
    return _cased(out.outside(str.capitalize, str), rng.random(), (0.4, 0.65, 0.8))
