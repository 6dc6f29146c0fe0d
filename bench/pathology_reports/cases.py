"""What is true of the specimens of one report, drawn before a word is written; see specification.md."""

from dataclasses import dataclass, field
from random import Random

Fields = dict[str, str]
MALIGNANT = ("ductal",) * 6 + ("lobular",) * 2 + ("mucinous", "tubular", "dcis", "dcis")
BENIGN = ("fibroadenoma", "fibrocystic", "papilloma", "fat_necrosis")
SITES = ("C50.1", "C50.2", "C50.3", "C50.4", "C50.5")
MORPHOLOGY = {"ductal": "8500/3", "lobular": "8520/3", "mucinous": "8480/3", "tubular": "8211/3", "dcis": "8500/2"}
LEFT_OUT = {"ki67": 0.25, "adh": 0.6, "lcis": 0.6, "necrosis": 0.3, "calcification": 0.3, "multifocal": 0.3}
OFTEN = 0.08  # share of reports that leave out any other field
ALWAYS = ("side", "procedure", "malignant", "histology", "morphology", "invasive")


@dataclass
class Specimen:
    """`fields` are those that are stated. `first`: a value that an addendum revises."""

    label: str | None
    fields: Fields
    first: Fields = field(default_factory=dict)


def draw(rng: Random) -> list[Specimen]:
    if rng.random() >= 0.22:
        return [_specimen(rng, None, rng.choice(["left", "right"]))]
    sides = rng.choice([("left", "right"), ("right", "left")])
    return [_specimen(rng, label, side) for label, side in zip("AB", sides, strict=True)]


def _specimen(rng: Random, label: str | None, side: str) -> Specimen:
    malignant, excision = rng.random() < 0.8, rng.random() < 0.5
    made = _truth(rng, side, malignant=malignant, excision=excision and malignant)
    gone = [name for name in made if name not in ALWAYS and rng.random() < LEFT_OUT.get(name, OFTEN)]
    if {"nodes_positive", "nodes_examined"} & set(gone):
        gone += ["nodes_positive", "nodes_examined"]
    if made["histology"] == "dcis":
        gone = [name for name in gone if name != "dcis"]  # the diagnosis says so
    told = Specimen(label, {name: value for name, value in made.items() if name not in gone})
    _revise(rng, told)
    return told


def _revise(rng: Random, specimen: Specimen) -> None:
    said = specimen.fields
    if said.get("her2") == "equivocal" and rng.random() < 0.6:
        specimen.first = {"her2": "equivocal"}
        said["her2"] = rng.choice(["positive", "negative"])
    elif "er" in said and rng.random() < 0.1:
        specimen.first = {"er": "negative" if said["er"] == "positive" else "positive"}


def _truth(rng: Random, side: str, *, malignant: bool, excision: bool) -> Fields:
    said = {"side": side, "procedure": "excision" if excision else "biopsy", "topography": rng.choice(SITES),
            "calcification": _yes(rng, 0.4), "adh": _yes(rng, 0.3)}  # fmt: skip
    if not malignant:
        return {**said, "malignant": "no", "histology": rng.choice(BENIGN), "invasive": "no"}
    histology = rng.choice(MALIGNANT)
    er = "positive" if rng.random() < 0.75 else "negative"
    said |= {"malignant": "yes", "histology": histology, "morphology": MORPHOLOGY[histology],
             "grade": str(rng.randint(1, 3)), "er": er, "lcis": _yes(rng, 0.3), "necrosis": _yes(rng, 0.4),
             "pr": "positive" if er == "positive" and rng.random() < 0.8 else "negative"}  # fmt: skip
    if histology == "dcis":
        return {**said, "invasive": "no", "dcis": "yes"} | ({"stage": "Tis", **_margin(rng)} if excision else {})
    size = rng.choice([*range(3, 40), *range(8, 26), 45, 52, 60])
    said |= {"invasive": "yes", "dcis": _yes(rng, 0.5), "size_mm": str(size), "lvi": _yes(rng, 0.35),
             "her2": rng.choice(["negative", "negative", "positive", "equivocal"]),
             "ki67": str(rng.choice([2, 5, 8, 10, 12, 15, 18, 20, 25, 30, 35, 40, 60, 75]))}  # fmt: skip
    return said | _operated(rng, size) if excision else said


def _margin(rng: Random) -> Fields:
    return {"margin": rng.choice(["negative", "negative", "close", "positive"])}


def _operated(rng: Random, size: int) -> Fields:
    examined = rng.choice([1, 2, 3, 3, 4, 5, 9, 14, 17])
    positive = min(examined, rng.choice([0, 0, 0, 1, 1, 2, 3, 5]))
    tumour = "T1a" if size <= 5 else "T1b" if size <= 10 else "T1c" if size <= 20 else "T2" if size <= 50 else "T3"
    node = "N0" if not positive else "N1" if positive < 4 else "N2" if positive < 10 else "N3"
    return {**_margin(rng), "nodes_positive": str(positive), "nodes_examined": str(examined),
            "multifocal": _yes(rng, 0.35), "stage": tumour + node}  # fmt: skip


def _yes(rng: Random, share: float) -> str:
    return "yes" if rng.random() < share else "no"
