"""One note from one chart: header, sections in a style of their own, ending."""

from random import Random

from nlp.text.grammar import choose
from simulate.notes import pathology, radiology
from simulate.notes.chart import Chart, Note
from simulate.notes.pen import Pen, phrases
from simulate.notes.radiology import Shown
from simulate.notes.scribe import Scribe
from simulate.notes.slots_chart import CHART
from simulate.notes.slots_clinic import CLINIC
from simulate.notes.slots_person import PERSON
from simulate.notes.specimens import Specimen

SLOTS = PERSON | CLINIC | CHART
ROLES = {"radiology": "radiologist", "pathology": "pathologist", "operative": "surgeon", "phone": "nurse"}


def _pen(chart: Chart, seed: int, styles: tuple[str, ...]) -> Pen:
    rng = Random(seed)
    style = choose(rng, styles)
    typos = choose(rng, [0.0, 0.0, 0.0, 0.02, 0.08])
    width = choose(rng, [0, 0, 64, 72, 80]) if style in ("narrative", "shout") else 0
    return Pen(Scribe(rng, style, typos, width), chart, SLOTS)


def _finish(pen: Pen) -> Note:
    s = pen.scribe
    return Note(pen.chart, s.text(), ROLES.get(pen.chart.kind, "physician"),
        tuple((x.start, x.end, x.label) for x in s.spans),
                tuple((f.start, f.end, f.kind, f.value, f.code, f.assertion, f.link) for f in s.facts),
                tuple((x.start, x.end, x.label) for x in s.decoys), s.style)  # fmt: skip


def _heading(pen: Pen, words: list[str], form: str) -> None:
    word = choose(pen.scribe.rng, words)
    pen.scribe.put(form.format(word.upper() if pen.scribe.style == "shout" else word, "=" * len(word)))


def _sections(pen: Pen) -> None:
    kinds = phrases("clinic")[pen.chart.kind]
    terse = pen.scribe.style == "terse" or (pen.scribe.style in ("table", "shout") and pen.chance(0.4))
    form = choose(pen.scribe.rng, ["{0}: "] if terse else ["{0}:\n", "{0}: ", "{0}\n{1}\n", "**{0}**\n", "{0} -- "])
    for words, text in kinds["terse" if terse else "narrative"]:
        _heading(pen, words, form)
        pen.write(text)
        pen.scribe.put("\n" if terse else "\n\n")


def _framed(pen: Pen) -> None:
    pen.one(phrases("headers")[pen.scribe.style])


def write_clinical(chart: Chart, seed: int, styles: tuple[str, ...]) -> Note:
    pen = _pen(chart, seed, styles)
    _framed(pen)
    _sections(pen)
    pen.one(phrases("endings")[pen.scribe.style])
    return _finish(pen)


def write_film(chart: Chart, seed: int, styles: tuple[str, ...], shown: Shown | None) -> Note:
    """`shown`: None for a film of the pelvis."""
    pen = _pen(chart, seed, styles)
    _framed(pen)
    if pen.chance(0.6):
        pen.write("[Accession|Acc|Exam|Order] [#|No.|number]: {accession}\n")
    if shown is None:
        radiology.write_pelvis(pen)
    else:
        radiology.write_findings(pen, shown)
    pen.scribe.put("\n")
    pen.one(phrases("endings")[pen.scribe.style])
    return _finish(pen)


def write_specimen(chart: Chart, seed: int, styles: tuple[str, ...], specimens: list[Specimen]) -> Note:
    """specimens: of the breast; empty for a report on anything else."""
    pen = _pen(chart, seed, styles)
    _framed(pen)
    if specimens:
        pathology.write_breast(pen, specimens)
    else:
        pathology.write_other(pen)
    pen.one(phrases("endings")[pen.scribe.style])
    return _finish(pen)
