"""Film reports: every sentence from a true finding, absent findings said or left unsaid."""

from dataclasses import dataclass

from contract.errors import ConfigError
from nlp.text.grammar import choose
from simulate.films import DEVICE, findings
from simulate.notes.pen import Pen, phrases


@dataclass(frozen=True)
class Finding:
    name: str
    side: str  # left, right, both or ''
    severity: str  # mild, moderate, severe


@dataclass(frozen=True)
class Device:
    kind: str
    side: str  # left, right or ''
    position: str  # good, bad


@dataclass(frozen=True)
class Shown:
    """What one film shows."""

    findings: list[Finding]
    devices: list[Device]


def sentences(name: str) -> dict[str, list[str]]:
    bank = phrases("films")
    if name not in bank and name in findings():
        raise ConfigError(f"films.yaml: no sentences for {name} of findings.yaml; expected lists present and absent.")
    found: dict[str, list[str]] = bank[name]
    return found


def _fill(pen: Pen, text: str, finding: Finding, grade: str) -> str:
    """Puts the severity and the side into a sentence and tidies it."""
    bank, rng = phrases("films"), pen.scribe.rng
    adverb = {"mild": "mildly", "moderate": "moderately", "severe": "markedly", "": ""}[finding.severity]
    side = choose(rng, bank["side"][finding.side]) if finding.side else ""
    for mark, word in (("<sevly>", adverb), ("<sev>", grade), ("<Sev>", grade), ("<side>", side), ("<Side>", side)):
        text = text.replace(mark, word)
    text = " ".join(text.split()).replace(" ,", ",").replace(", .", ".").replace(",.", ".").replace(" .", ".")
    text = text.replace("a extensive", "an extensive").replace("A extensive", "An extensive")
    return text[0].upper() + text[1:] if text[0] != "[" else text


def _state(pen: Pen, finding: Finding) -> None:
    """The truth holds side and severity only where the sentence states them."""
    start, bank = pen.scribe.here, phrases("films")
    text = choose(pen.scribe.rng, sentences(finding.name)["present"])
    grades = bank["sizes" if finding.name in bank["sized"] else "severity"]
    grade = choose(pen.scribe.rng, grades[finding.severity])
    pen.write(_fill(pen, text, finding, grade))
    severity = finding.severity if "<sevly>" in text or (grade and "<sev>" in text.lower()) else ""
    side = finding.side if "<side>" in text.lower() else ""
    pen.scribe.mark(start, ("finding", finding.name, f"{side}|{severity}", "present"))


def _place(pen: Pen, device: Device) -> None:
    """A well placed device is often only named; the truth holds side and position only where they are stated."""
    start, bank = pen.scribe.here, phrases("films")["devices"][device.kind]
    told = device.position if device.position == "bad" or pen.chance(0.7) else "plain"
    text = choose(pen.scribe.rng, bank[told])
    pen.write(_fill(pen, text, Finding(DEVICE, device.side, ""), ""))
    side = device.side if "<side>" in text.lower() else ""
    pen.scribe.mark(start, ("finding", DEVICE, "|", "present"))
    pen.scribe.mark(start, ("device", device.kind, f"{side}|{'' if told == 'plain' else told}", "present"))


def _deny(pen: Pen, name: str) -> None:
    start = pen.scribe.here
    pen.one(sentences(name)["absent"])
    pen.scribe.mark(start, ("finding", name, "", "negated"))


def _head(pen: Pen, name: str) -> None:
    word = choose(pen.scribe.rng, phrases("films")["heads"][name])
    upper = pen.chance(0.5)
    pen.scribe.put(f"\n{word.upper() if upper else word}:" + choose(pen.scribe.rng, [" ", "\n"]))


def write_findings(pen: Pen, shown: Shown) -> None:
    """Findings in an order of their own, then the impression, which repeats them."""
    bank = phrases("films")
    for part in ("technique", "history", "comparison"):
        if pen.chance(0.7):
            _head(pen, part)
            pen.one(bank["compared" if part == "comparison" and "prior" in pen.chart.extra else part])
    _head(pen, "findings")
    start = pen.scribe.here
    _describe(pen, shown)
    pen.scribe.mark(start, ("part", "findings", "", "present"))
    _head(pen, "impression")
    start = pen.scribe.here
    _conclude(pen, shown)
    pen.scribe.mark(start, ("part", "impression", "", "present"))
    pen.scribe.put(" ")
    pen.one(bank["discuss"])


def _describe(pen: Pen, shown: Shown) -> None:
    here = {f.name for f in shown.findings} | ({DEVICE} if shown.devices else set())
    denied = [n for n in findings() if n not in here and pen.chance(0.5) and not _clash(n, here)]
    items: list[Finding | Device | str] = [*shown.findings, *shown.devices, *denied]
    pen.scribe.rng.shuffle(items)
    for item in items:
        if isinstance(item, str):
            _deny(pen, item)
        else:
            _say(pen, item)
        pen.scribe.put(" ")
    if "prior" in pen.chart.extra and pen.chance(0.7):
        _compare(pen, here - {DEVICE} | {d.kind for d in shown.devices})


def _conclude(pen: Pen, shown: Shown) -> None:
    """All findings, and of devices those that lie badly; others now and then."""
    devices = [d for d in shown.devices if d.position == "bad" or pen.chance(0.3)]
    items: list[Finding | Device] = [*shown.findings, *devices]
    for place, item in enumerate(items, 1):
        pen.scribe.put(f"{place}. " if len(items) > 1 else "")
        _say(pen, item)
        pen.scribe.put("\n" if len(items) > 1 else "")
    if not items:
        pen.one(phrases("films")["uneventful" if shown.devices else "normal"])


def _say(pen: Pen, item: Finding | Device) -> None:
    if isinstance(item, Device):
        _place(pen, item)
    else:
        _state(pen, item)


def _compare(pen: Pen, here: set[str]) -> None:
    """One sentence against the person's earlier film; only where there is one."""
    bank, before = phrases("films"), set(pen.chart.extra["prior_findings"].split("|")) - {""}
    change, names = ("new", here - before) if here - before else ("resolved", before - here)
    name = choose(pen.scribe.rng, sorted(names)) if names else ""
    start = pen.scribe.here
    word, change = bank["words"].get(name, name), change if names else "unchanged"
    if change == "resolved":
        texts = bank["removed" if name in bank["devices"] else "gone" if name in bank["lasting"] else change]
    else:
        texts = bank[change]
    pen.write(choose(pen.scribe.rng, texts).replace("<finding>", word))
    pen.scribe.mark(start, ("comparison", name, change, "present"))


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
