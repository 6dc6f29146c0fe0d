"""Sentences made up for the tests: drugs and effects that are not, in a few turns of phrase."""

import random
from pathlib import Path

from eval.corpora.related import Related

DRUGS = ("tulipril", "marovastatin", "zenocillin", "olivamab", "perisone", "dorazepam", "katefloxacin", "rimulol")
EFFECTS = (
    "blue rash",
    "sour fever",
    "night cough",
    "hair loss",
    "liver failure",
    "loud tinnitus",
    "dry gout",
    "hiccups",
)
TELLING = (
    "{effect} was caused by {drug} in a man.", "A patient developed {effect} after {drug}.",
    "{drug}-induced {effect} is reported.", "We report {effect} associated with {drug} therapy.",
)  # fmt: skip
SILENT = (
    "The patient was a man of {age} years.", "{drug} is used in many wards.", "Serum was measured on day {age}.",
    "Symptoms of {effect} were treated in {age} days.", "The literature was reviewed.",
)  # fmt: skip


def sentence(chance: random.Random, group: str) -> Related:
    drug, effect = chance.choice(DRUGS), chance.choice(EFFECTS)
    if chance.random() < 0.5:
        return Related(group, chance.choice(SILENT).format(drug=drug, effect=effect, age=chance.randrange(20, 90)))
    text = chance.choice(TELLING).format(drug=drug, effect=effect)
    at, there = text.index(drug), text.index(effect)
    return Related(group, text, ((at, at + len(drug), "DRUG"), (there, there + len(effect), "EFFECT")), ((0, 1),))


def sentences(count: int, seed: int = 1) -> list[Related]:
    """Three a group; no text twice."""
    chance = random.Random(seed)
    made = {each.text: each for each in (sentence(chance, str(at // 3)) for at in range(count))}
    return list(made.values())


def write(folder: Path, made: list[Related]) -> Path:
    """As the ADE corpus is laid out."""
    folder.mkdir(exist_ok=True)
    rows, silent = [], []
    for each in made:
        if not each.relations:
            silent.append(f"{each.group} NEG {each.text}")
        for drug, effect in each.relations:
            parts = [f"{each.text[s:e]}|{s}|{e}" for s, e, _ in (each.spans[effect], each.spans[drug])]
            rows.append("|".join([each.group, each.text, *parts]))
    (folder / "DRUG-AE.rel").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "ADE-NEG.txt").write_text("\n".join(silent) + "\n", encoding="utf-8")
    return folder
