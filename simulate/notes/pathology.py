"""Breast pathology told: sentences, tables or abbreviations, in an order of their own; several specimens, addenda."""

from random import Random

from nlp.text.grammar import choose
from simulate.notes.forms import number_words
from simulate.notes.pen import Pen, phrases
from simulate.notes.specimens import HOURS, NOT_STATED, Fields, Specimen

MARKERS = ("er", "pr", "her2", "ki67")
ANSWERED = ("lvi", "dcis", "necrosis", "calcification", "lcis", "adh", "multifocal", "er", "pr", "her2", "margin")
TOLD = (*ANSWERED, "grade", "ki67", "stage", "size_mm", "nodes_positive")
BESIDE = ("adh_yes", "lcis_yes", "calcification_yes", "dcis_yes")  # may stand as a name alone
SILENT = 0.12  # chance that a report leaves a field out
RARE = {"adh": 0.4, "lcis": 0.4, "multifocal": 0.3, "ki67": 0.3}
LAYOUTS = {"table": ["table"], "terse": ["terse", "terse", "table"], "shout": ["prose", "prose", "terse"],
           "narrative": ["prose"]}  # fmt: skip


def shown(rng: Random, fields: Fields) -> dict[str, str]:
    """What the phrases' {extra:...} slots say."""
    fields = {name: value for name, value in fields.items() if value != NOT_STATED}
    side, size = fields["side"], int(fields.get("size_mm", "9"))
    positive, examined = int(fields.get("nodes_positive", "0")), int(fields.get("nodes_examined", "1"))
    return {
        **fields,
        **_graded(rng, int(fields.get("grade", "1"))),
        **_staged(fields.get("stage", "T1cN0")),
        "Side": side.capitalize(), "SIDE": side.upper(), "other": "right" if side == "left" else "left",
        "quadrant": next(name for name, code in phrases("pathology")["quadrants"].items()
                         if code == fields.get("topography", "C50.1")),
        "clock": str(choose(rng, HOURS.get((fields.get("topography", ""), side), (12,)))),
        "size_cm": f"{size / 10:.1f}", "size_mm": str(size), "wide": f"{size / 14:.1f}", "deep": f"{size / 22:.1f}",
        "gross": f"{2 + rng.random() * 4:.1f} x {1 + rng.random() * 2:.1f} x {0.5 + rng.random():.1f}",
        "pieces": choose(rng, ["three pieces of", "two pieces of", "multiple fragments of"]),
        "er_percent": choose(rng, ["60", "80", "90", "95", "100"]),
        "pattern": choose(rng, ["cribriform", "solid", "comedo", "micropapillary"]),
        "margin_mm": choose(rng, ["0.5", "1", "1.5", "2"]), "wide_mm": choose(rng, ["5", "8", "10", "14"]),
        "edge": choose(rng, ["superior", "inferior", "medial", "lateral", "deep"]),
        "positive_words": number_words(positive), "examined_words": number_words(examined),
        "negative_nodes": str(examined - positive), "year": str(1995 + int(rng.random() * 22)),
    }  # fmt: skip


def _graded(rng: Random, grade: int) -> dict[str, str]:
    t, n, m = choose(rng, {1: [(2, 2, 1), (1, 2, 1)], 2: [(3, 2, 1), (2, 3, 2)], 3: [(3, 3, 2), (3, 3, 3)]}[grade])
    words = {1: "well differentiated", 2: "moderately differentiated", 3: "poorly differentiated"}[grade]
    return {"grade_words": words, "roman": "I" * grade, "height": ["low", "intermediate", "high"][grade - 1],
            "t": str(t), "n": str(n), "m": str(m), "sum": str(t + n + m)}  # fmt: skip


def _staged(stage: str) -> dict[str, str]:
    tumour, _, node = stage.partition("N")
    return {"stage_t": tumour, "stage_n": f"N{node}"}


def write_breast(pen: Pen, specimens: list[Specimen]) -> None:
    """A field that the report leaves out becomes 'not stated' in the truth."""
    bank, rng = phrases("pathology"), pen.scribe.rng
    layout = choose(rng, LAYOUTS[pen.scribe.style])
    parts = ["clinical", "gross", "diagnosis", "microscopic", "markers"]
    if pen.chance(0.3):
        parts = ["diagnosis", "microscopic", "markers", "gross", "clinical"]
    told = [_chosen(rng, each) for each in specimens]
    if pen.chance(0.5):
        parts.remove("markers")
    for part in parts:
        head = choose(rng, bank["heads"][part])
        pen.scribe.put(f"\n{head.upper() if pen.chance(0.5) else head}:\n")
        if part in ("clinical", "gross"):
            pen.chart.extra.update(shown(rng, specimens[0].fields))
            pen.one(bank[part])
        else:
            _part(pen, part, list(zip(specimens, told, strict=True)), layout, apart="markers" in parts)
    for each in specimens:
        _addendum(pen, each)
    pen.write("\n[Accession|Case|Specimen] [#|No.|]: {accession}\n")


def _chosen(rng: Random, specimen: Specimen) -> list[str]:
    """The fields that are told beside the title, in their order."""
    fields = specimen.fields
    told = [name for name in TOLD if name in fields and not (name == "dcis" and fields["histology"] == "dcis")]
    kept = [name for name in told if name in specimen.first or rng.random() >= RARE.get(name, SILENT)]
    for name in set(told) - set(kept):
        fields[name] = NOT_STATED
        if name == "nodes_positive":
            fields["nodes_examined"] = NOT_STATED
    rng.shuffle(kept)
    return kept


def _part(pen: Pen, part: str, told: list[tuple[Specimen, list[str]]], layout: str, *, apart: bool) -> None:
    rng = pen.scribe.rng
    label = choose(rng, phrases("pathology")["labels"])
    for specimen, names in told:
        pen.chart.extra.update(shown(rng, specimen.fields))
        pen.chart.extra["label"] = specimen.label
        if specimen.label:
            pen.write(label)
        if part == "diagnosis":
            _title(pen, specimen.fields)
        else:
            mine = [name for name in names if not apart or (name in MARKERS) == (part == "markers")]
            _tell(pen, mine, specimen.fields | specimen.first, layout)
        pen.scribe.put("\n")


def _title(pen: Pen, fields: Fields) -> None:
    bank, rng = phrases("pathology"), pen.scribe.rng
    malignant = fields["malignant"] == "yes"
    words = bank["histologies"][fields["histology"]][1] if malignant else bank["benign"][fields["histology"]]
    procedure, histology = choose(rng, bank["procedure"][fields["procedure"]]), choose(rng, words)
    where = choose(rng, ["quadrant", "quadrant", "clock", ""])
    if where == "clock" and (fields["topography"], fields["side"]) not in HOURS:
        where = "quadrant"
    fields["topography"] = fields["topography"] if where else NOT_STATED
    start = pen.scribe.here
    form = choose(rng, bank["titles"])
    pen.write(
        form.replace("<w>", choose(rng, bank["where"][where]) if where else "")
        .replace("<p>", procedure)
        .replace("<h>", histology)
        .replace("<H>", histology[0].upper() + histology[1:])
    )
    pen.scribe.mark(start, ("pathology", fields["histology"], fields.get("morphology", ""), "present"))
    if not malignant and pen.chance(0.5):
        pen.write(" " + choose(rng, bank["benign_more"]))


def _tell(pen: Pen, names: list[str], fields: Fields, layout: str) -> None:
    bank, rng = phrases("pathology"), pen.scribe.rng
    bullet = choose(rng, ["- ", "", "* "])
    between = choose(rng, bank["between"][layout]) if layout != "prose" else ""
    for name in names:
        key = f"{name}_{fields[name]}" if name in ANSWERED else _key(name, fields)
        if layout == "prose":
            pen.scribe.put(bullet)
            pen.write(choose(rng, bank["prose"][key]))
        else:
            labels, answers = bank[layout]["labels"][name], bank[layout]["answers"][key]
            if key in BESIDE and pen.chance(0.2):
                labels, answers = bank["beside"], labels
            pen.write(choose(rng, labels))
            pen.scribe.put(between)
            pen.write(choose(rng, answers))
        pen.scribe.put("\n" if bullet or layout == "table" or pen.chance(0.3) else " " if layout == "prose" else "; ")


def _key(name: str, fields: Fields) -> str:
    if name == "nodes_positive":
        return "nodes_none" if fields[name] == "0" else "nodes_some"
    if name == "grade" and fields["histology"] == "dcis":
        return "grade_dcis"
    return "stage_tis" if fields[name] == "Tis" else name


def _addendum(pen: Pen, specimen: Specimen) -> None:
    for name, before in specimen.first.items():
        now = specimen.fields[name]
        bank = phrases("pathology")["addenda"]
        pen.chart.extra.update(shown(pen.scribe.rng, specimen.fields) | {"now": now, "before": before})
        pen.chart.extra["NAME"] = choose(pen.scribe.rng, bank["names"][name])
        pen.write(f"\n{choose(pen.scribe.rng, bank['heads'])}\n")
        if specimen.label:
            pen.write(f"[Specimen|Part] {specimen.label} ([{{extra:side}} breast|breast, {{extra:side}}]): ")
        pen.write(choose(pen.scribe.rng, bank[f"her2_{now}" if name == "her2" else "other"]) + "\n")


def write_other(pen: Pen) -> None:
    """Specimens that are not of the breast: of an operation, or of anything else."""
    bank, reason = phrases("pathology"), pen.chart.reason
    pen.write("\n[DIAGNOSIS|Final Diagnosis]:\n")
    known = reason.operation if reason else None
    pen.one(bank["other"][known] if known in bank["other"] else bank["elsewhere"])
    pen.write("\n[Specimen received|Received] {date:recent}[, case {accession}|].\n")
