"""Film reports: every sentence from a true finding, absent findings said or left unsaid."""

from dataclasses import dataclass

from nlp.text.grammar import choose
from simulate.films import findings
from simulate.notes.pen import Pen, phrases


@dataclass(frozen=True)
class Finding:
    name: str
    side: str  # left, right, both or ''
    severity: str  # mild, moderate, severe


def _fill(pen: Pen, text: str, finding: Finding, grade: str) -> str:
    """Puts the severity and the side into a sentence and tidies it."""
    bank, rng = phrases("films"), pen.scribe.rng
    adverb = {"mild": "mildly", "moderate": "moderately", "severe": "markedly"}[finding.severity]
    side = choose(rng, bank["side"][finding.side]) if finding.side else ""
    for mark, word in (("<sevly>", adverb), ("<sev>", grade), ("<Sev>", grade), ("<side>", side), ("<Side>", side)):
        text = text.replace(mark, word)
    text = " ".join(text.split()).replace(" ,", ",").replace(", .", ".").replace(",.", ".").replace(" .", ".")
    text = text.replace("a extensive", "an extensive")
    return text[0].upper() + text[1:] if text[0] != "[" else text


def _state(pen: Pen, finding: Finding) -> None:
    """The truth holds side and severity only where the sentence states them."""
    start = pen.scribe.here
    text = choose(pen.scribe.rng, phrases("films")[finding.name]["present"])
    grade = choose(pen.scribe.rng, phrases("films")["severity"][finding.severity])
    pen.write(_fill(pen, text, finding, grade))
    severity = finding.severity if "<sevly>" in text or (grade and "<sev>" in text.lower()) else ""
    side = finding.side if "<side>" in text.lower() else ""
    pen.scribe.mark(start, ("finding", finding.name, f"{side}|{severity}", "present"))


def _deny(pen: Pen, name: str) -> None:
    start = pen.scribe.here
    pen.one(phrases("films")[name]["absent"])
    pen.scribe.mark(start, ("finding", name, "", "negated"))


def _head(pen: Pen, name: str) -> None:
    word = choose(pen.scribe.rng, phrases("films")["heads"][name])
    upper = pen.chance(0.5)
    pen.scribe.put(f"\n{word.upper() if upper else word}:" + choose(pen.scribe.rng, [" ", "\n"]))


def write_findings(pen: Pen, present: list[Finding]) -> None:
    """Findings in an order of their own, then the impression, which repeats the worst."""
    bank, rng = phrases("films"), pen.scribe.rng
    for part in ("technique", "history", "comparison"):
        if pen.chance(0.7):
            _head(pen, part)
            pen.one(bank["compared" if part == "comparison" and "prior" in pen.chart.extra else part])
    _head(pen, "findings")
    here = {f.name for f in present}
    denied = [n for n in findings() if n not in here and pen.chance(0.5) and not _clash(n, here)]
    items: list[Finding | str] = [*present, *denied]
    rng.shuffle(items)
    for item in items:
        if isinstance(item, Finding):
            _state(pen, item)
        else:
            _deny(pen, item)
        pen.scribe.put(" ")
    if "prior" in pen.chart.extra and pen.chance(0.7):
        _compare(pen, here)
    _head(pen, "impression")
    for place, finding in enumerate(present, 1):
        pen.scribe.put(f"{place}. " if len(present) > 1 else "")
        _state(pen, finding)
        pen.scribe.put("\n" if len(present) > 1 else "")
    if not present:
        pen.one(bank["normal"])
    pen.scribe.put(" ")
    pen.one(bank["discuss"])


def _compare(pen: Pen, here: set[str]) -> None:
    """One sentence against the person's earlier film; only where there is one."""
    bank, before = phrases("films"), set(pen.chart.extra["prior_findings"].split("|")) - {""}
    change, names = ("new", here - before) if here - before else ("resolved", before - here)
    name = choose(pen.scribe.rng, sorted(names)) if names else ""
    start = pen.scribe.here
    word = bank["words"].get(name, name)
    pen.write(choose(pen.scribe.rng, bank[change if names else "unchanged"]).replace("<finding>", word))
    pen.scribe.mark(start, ("comparison", name, change if names else "unchanged", "present"))


def _clash(name: str, here: set[str]) -> bool:
    """'The lungs are clear' beside a pneumonia would be false."""
    lungs = {"opacity", "pneumonia", "edema", "atelectasis", "nodule", "granuloma", "hyperinflation"}
    return name in ("opacity", "atelectasis") and bool(lungs & here)


def write_pelvis(pen: Pen) -> None:
    _head(pen, "technique")
    pen.write("[AP pelvis|Pelvis, one view|Two views of the {side} hip].")
    _head(pen, "findings")
    pen.one(phrases("films")["pelvis"]["present" if pen.chart.event and pen.chart.event[1] else "absent"])
    if pen.chance(0.5):
        _head(pen, "impression")
        pen.one(phrases("films")["pelvis"]["present" if pen.chart.event and pen.chart.event[1] else "absent"])
