"""The truth of breast specimens: fields drawn before anything is told of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from nlp.text.grammar import choose
from simulate.notes.pen import phrases

Fields = dict[str, str]
FIELDS = ("side", "procedure", "malignant", "histology", "morphology", "topography", "invasive", "dcis", "grade",
    "size_mm",
          "er", "pr", "her2", "ki67", "lvi", "necrosis", "calcification", "lcis", "margin", "nodes_positive",
          "nodes_examined", "adh", "multifocal", "stage")  # fmt: skip
NOT_STATED = "not stated"
SECOND = 0.18  # share of reports with a specimen of the other breast
HOURS = {("C50.4", "right"): (10, 11), ("C50.4", "left"): (1, 2), ("C50.2", "right"): (1, 2),
         ("C50.2", "left"): (10, 11), ("C50.5", "right"): (7, 8), ("C50.5", "left"): (4, 5),
         ("C50.3", "right"): (4, 5), ("C50.3", "left"): (7, 8)}  # fmt: skip


@dataclass
class Specimen:
    """`label`: the letter it has in a report of several. `first`: what an addendum takes back."""

    label: str
    fields: Fields
    first: Fields = field(default_factory=dict)


def rows(specimens: list[Specimen]) -> Iterator[tuple[str | None, str, str]]:
    """(label, field, value); what the report is silent of is not stated."""
    for each in specimens:
        yield from ((each.label or None, name, each.fields.get(name, NOT_STATED)) for name in FIELDS)


def draw_specimens(rng: Random, side: str, *, malignant: bool, excision: bool) -> list[Specimen]:
    first = _revised(rng, draw_fields(rng, side, malignant=malignant, excision=excision))
    if rng.random() > SECOND:
        return [first]
    other = "right" if side == "left" else "left"
    cancer = rng.random() < 0.35
    second = _revised(rng, draw_fields(rng, other, malignant=cancer, excision=cancer and rng.random() < 0.3))
    both = [first, second] if rng.random() < 0.6 else [second, first]
    labels = choose(rng, ["AB", "AB", "12"])
    return [Specimen(label, each.fields, each.first) for label, each in zip(labels, both, strict=True)]


def _revised(rng: Random, fields: Fields) -> Specimen:
    if fields.get("her2") == "equivocal" and rng.random() < 0.5:
        return Specimen("", fields | {"her2": choose(rng, ["positive", "negative"])}, {"her2": "equivocal"})
    for name in ("er", "pr"):
        if name in fields and rng.random() < 0.07:
            return Specimen("", fields, {name: "negative" if fields[name] == "positive" else "positive"})
    return Specimen("", fields)


def _yes(rng: Random, share: float) -> str:
    return "yes" if rng.random() < share else "no"


def _weighted(rng: Random, table: dict[str, list[object]]) -> str:
    drawn = rng.random()
    for name, row in table.items():
        drawn -= float(str(row[0]))
        if drawn < 0:
            return name
    return next(iter(table))


def draw_fields(rng: Random, side: str, *, malignant: bool, excision: bool) -> Fields:
    """The truth of one specimen. Grade, receptors and nodes depend on each other as in life, roughly."""
    bank = phrases("pathology")
    fields = {"side": side, "procedure": "excision" if excision else "biopsy",
        "malignant": "yes" if malignant else "no",
              "topography": choose(rng, list(bank["quadrants"].values())), "calcification": _yes(rng, 0.35),
              "adh": _yes(rng, 0.12), "lcis": _yes(rng, 0.1)}  # fmt: skip
    if not malignant:
        return {**fields, "histology": choose(rng, list(bank["benign"])), "invasive": "no", "dcis": "no"}
    histology = _weighted(rng, bank["histologies"])
    grade = choose(rng, [1, 2, 2, 2, 3, 3])
    er = "positive" if rng.random() < (0.95 if histology == "lobular" else 0.92 - 0.2 * (grade == 3)) else "negative"
    size = round(min(90.0, 4 + rng.lognormvariate(2.4, 0.6)))
    fields |= {
        "histology": histology, "morphology": str(bank["histologies"][histology][2]), "grade": str(grade), "er": er,
        "invasive": "no" if histology == "dcis" else "yes", "dcis": "yes" if histology == "dcis" else _yes(rng, 0.6),
        "pr": "positive" if er == "positive" and rng.random() < 0.8 else "negative", "size_mm": str(size),
        "necrosis": _yes(rng, 0.1 + 0.2 * (grade == 3)),
    }  # fmt: skip
    return fields | (_invasive(rng, grade, size, excision=excision) if histology != "dcis" else
                     {"stage": "Tis"} if excision else {})  # fmt: skip


def _invasive(rng: Random, grade: int, size: int, *, excision: bool) -> Fields:
    fields = {"her2": choose(rng, ["negative"] * 6 + ["positive", "equivocal"]), "lvi": _yes(rng, 0.1 + 0.12 * grade),
              "ki67": str(min(95, max(1, round(rng.gauss(10 * grade, 6)))))}  # fmt: skip
    if not excision:
        return fields
    examined = choose(rng, [1, 2, 2, 3, 3, 4, 12, 15])
    positive = sum(rng.random() < 0.04 + size / 250 for _ in range(examined))
    node = "N0" if not positive else "N1" if positive < 4 else "N2" if positive < 10 else "N3"
    return fields | {"margin": choose(rng, ["negative", "negative", "negative", "close", "positive"]),
        "stage": _tumour(size) + node,
                     "nodes_examined": str(examined), "nodes_positive": str(positive),
                     "multifocal": _yes(rng, 0.15)}  # fmt: skip


def _tumour(size: int) -> str:
    steps = ((1, "T1mi"), (5, "T1a"), (10, "T1b"), (20, "T1c"), (50, "T2"))
    return next((name for most, name in steps if size <= most), "T3")
