"""Breast pathology reports: twenty fields drawn first, then told in sentences whose order and words vary."""

from random import Random

from nlp.text.grammar import choose
from simulate.notes.pen import Pen, phrases

Fields = dict[str, str]
FIELDS = ("side", "procedure", "malignant", "histology", "morphology", "topography", "invasive", "dcis", "grade",
    "size_mm",
          "er", "pr", "her2", "ki67", "lvi", "necrosis", "calcification", "lcis", "margin", "nodes_positive",
          "nodes_examined", "adh", "multifocal", "stage")  # fmt: skip


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
    topography = choose(rng, list(bank["quadrants"]))
    fields = {"side": side, "procedure": "excision" if excision else "biopsy",
        "malignant": "yes" if malignant else "no",
              "topography": bank["quadrants"][topography], "quadrant": topography, "calcification": _yes(rng, 0.35),
              "adh": _yes(rng, 0.12), "lcis": _yes(rng, 0.06)}  # fmt: skip
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
    tumour = (
        "T1mi"
        if size <= 1
        else "T1a"
        if size <= 5
        else "T1b"
        if size <= 10
        else "T1c"
        if size <= 20
        else "T2"
        if size <= 50
        else "T3"
    )
    node = "N0" if not positive else "N1" if positive < 4 else "N2" if positive < 10 else "N3"
    return fields | {"margin": choose(rng, ["negative", "negative", "negative", "close", "positive"]),
        "stage": tumour + node,
                     "nodes_examined": str(examined), "nodes_positive": str(positive),
                     "multifocal": _yes(rng, 0.15)}  # fmt: skip


def shown(rng: Random, fields: Fields) -> dict[str, str]:
    """What the phrases' {extra:...} slots say."""
    receptor = {"positive": ["positive", "POSITIVE", "+", "pos"], "negative": ["negative", "NEGATIVE", "-", "neg"]}
    grade = int(fields.get("grade", "1"))
    split = {1: (2, 2, 1), 2: (3, 2, 1), 3: (3, 3, 2)}[grade]
    her2 = fields.get("her2", "negative")
    size = int(fields.get("size_mm", "9"))
    out = dict(fields) | {
        "size_cm": f"{size / 10:.1f}",
        "gross": f"{2 + rng.random() * 4:.1f} x {1 + rng.random() * 2:.1f} x {0.5 + rng.random():.1f}",
        "pieces": choose(rng, ["three pieces of", "two pieces of", "multiple fragments of"]),
        "clock": str(1 + int(rng.random() * 12)),
        "grade_words": {1: "well differentiated", 2: "moderately differentiated", 3: "poorly differentiated"}[grade],
        "t": str(split[0]), "n": str(split[1]), "m": str(split[2]),
        "er_percent": choose(rng, ["0", "<1"] if fields.get("er") == "negative" else ["60", "80", "90", "95", "100"]),
        "her2_score": {"negative": choose(rng, ["0", "1+"]), "positive": "3+", "equivocal": "2+"}[her2],
        "her2_cap": her2.capitalize(),
        "pattern": choose(rng, ["cribriform", "solid", "comedo", "micropapillary"]),
        "margin_mm": choose(rng, ["0.5", "1", "1.5", "2"]),
        "edge": choose(rng, ["superior", "inferior", "medial", "lateral", "deep"]),
    }  # fmt: skip
    for name in ("er", "pr"):
        value = fields.get(name, "negative")
        out[name] = choose(rng, receptor[value])
        out[f"{name}_long"] = choose(
            rng,
            {"positive": ["present", "strongly positive", "detected"], "negative": ["absent", "not detected"]}[value],
        )
    return out


def _sentences(pen: Pen, fields: Fields) -> list[tuple[str, list[str]]]:
    """(field, its sentences), in an order of their own."""
    bank = phrases("pathology")
    yes_no = {"lvi": "invasion", "dcis": "insitu", "necrosis": "necrosis", "calcification": "calcium", "lcis": "lcis",
              "adh": "adh", "multifocal": "focal"}  # fmt: skip
    told = [(name, bank[f"{word}_{fields[name]}"]) for name, word in yes_no.items()
            if name in fields and not (name == "dcis" and fields.get("histology") == "dcis")]  # fmt: skip
    told += [(n, bank[n]) for n in ("grade", "er", "pr", "her2", "ki67", "stage") if n in fields]
    told += [("size_mm", bank["size"])] if "size_mm" in fields else []
    told += [("margin", bank[f"margin_{fields['margin']}"])] if "margin" in fields else []
    told += [("nodes_positive", bank["nodes"])] if "nodes_positive" in fields else []
    pen.scribe.rng.shuffle(told)
    return told


def _title(pen: Pen, fields: Fields) -> None:
    bank, rng = phrases("pathology"), pen.scribe.rng
    words = (
        bank["histologies"][fields["histology"]][1]
        if fields["malignant"] == "yes"
        else bank["benign"][fields["histology"]]
    )
    procedure = choose(rng, bank["procedure"][fields["procedure"]])
    start = pen.scribe.here
    form = choose(rng,
        ["[{side_cap} breast|Breast, {side}], <p>[, {extra:quadrant}|, {extra:clock} o'clock|]:[ |\n]<h>.",
                        "<H>, {side} breast[ ({extra:quadrant} quadrant)|], <p>.",
                        "A. [BREAST, {side}|{side_cap} breast mass], <p> - <h>."])  # fmt: skip
    histology = choose(rng, words)
    pen.write(
        form.replace("<p>", procedure).replace("<h>", histology).replace("<H>", histology[0].upper() + histology[1:])
    )
    pen.scribe.mark(start, ("pathology", fields["histology"], fields.get("morphology", ""), "present"))


def _tell(pen: Pen, told: list[tuple[str, list[str]]], fields: Fields) -> None:
    """A field whose sentence is left out becomes 'not stated' in the truth."""
    bullet = choose(pen.scribe.rng, ["- ", "", "* "])
    for name, texts in told:
        text = choose(pen.scribe.rng, texts)
        if text:
            pen.scribe.put(bullet)
            pen.write(text)
            pen.scribe.put("\n" if bullet else " ")
        else:
            fields[name] = "not stated"


def write_breast(pen: Pen, fields: Fields) -> None:
    bank, rng = phrases("pathology"), pen.scribe.rng
    parts = ["clinical", "gross", "diagnosis", "microscopic"]
    if pen.chance(0.3):
        parts = ["diagnosis", "microscopic", "gross", "clinical"]
    for part in parts:
        head = choose(rng, bank["heads"][part])
        pen.scribe.put(f"\n{head.upper() if pen.chance(0.5) else head}:\n")
        if part == "diagnosis":
            _title(pen, fields)
        elif part == "microscopic":
            _tell(pen, _sentences(pen, fields), fields)
        else:
            pen.one(bank[part])
    pen.write("\n[Accession|Case|Specimen] [#|No.|]: {accession}\n")


def write_other(pen: Pen) -> None:
    """Specimens of the operations that are not of the breast."""
    assert pen.chart.reason
    pen.write("\n[DIAGNOSIS|Final Diagnosis]:\n")
    pen.one(phrases("pathology")["other"][pen.chart.reason.operation])
    pen.write("\n[Specimen received|Received] {date:recent}[, case {accession}|].\n")
