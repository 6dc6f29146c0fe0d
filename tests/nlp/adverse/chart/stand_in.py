"""Terms and a miner that need no tables: a few drugs and effects, and every pair of a sentence is related."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.adverse.mention import DRUG, EFFECT, Mention, Mined, Relation
from nlp.text.sentences import sentences


@dataclass(frozen=True)
class Drug:
    concept: str
    ingredients: tuple[str, ...]
    code: str | None
    kind: str = "ingredient"
    exact: bool = True


@dataclass(frozen=True)
class Effect:
    concept: str
    code: str | None
    group: str = ""


CODES = {"197361": "amlodipine", "314076": "lisinopril", "308191": "amoxicillin", "855332": "warfarin"}
NAMES = {**{name: name for name in CODES.values()}, "zestril": "lisinopril", "amoxicilina": "amoxicillin"}
EFFECTS = {
    "rash": Effect("rash", "ICD-10-CM//R21", "skin"),
    "hives": Effect("urticaria", "ICD-10-CM//L50.0", "skin"),
    "exantema": Effect("rash", "ICD-10-CM//R21", "skin"),
    "cough": Effect("cough", "ICD-10-CM//R05.9"),
    "hypertension": Effect("hypertension", "ICD-10-CM//I10"),
    "hypokalemia": Effect("hypokalemia", "ICD-10-CM//E87.6"),
    "bleeding": Effect("bleeding", "ICD-10-CM//R58"),
}
MISSPELT = {"lisinoprill": "lisinopril"}
WORD = re.compile(r"\w+")


class Terms:
    def drug(self, text: str) -> Drug | None:
        for word in WORD.findall(text.lower()):
            if word in NAMES or word in MISSPELT:
                return Drug(own := NAMES.get(word) or MISSPELT[word], (own,), f"RxNorm//{own}", exact=word in NAMES)
        return None

    def effect(self, text: str) -> Effect | None:
        return EFFECTS.get(text.lower())

    def drug_of_code(self, system: str, code: str) -> Drug | None:
        return self.drug(CODES.get(code, "")) if system == "RXNORM" else None


class Pairs:
    """Every drug with every effect of its sentence. `score` is that of all."""

    name = "pairs"
    languages: tuple[str, ...] = ("en", "es")

    def __init__(self, score: float = 0.9) -> None:
        self.score = score
        self.texts: list[str] = []

    def mine(self, texts: Sequence[str]) -> list[Mined]:
        self.texts += texts
        return [self._mine(text) for text in texts]

    def _mine(self, text: str) -> Mined:
        words = [(match.start(), match.end(), match[0].lower()) for match in WORD.finditer(text)]
        drugs = [Mention(s, e, DRUG) for s, e, word in words if word in NAMES or word in MISSPELT or word == "newdrug"]
        effects = [Mention(s, e, EFFECT) for s, e, word in words if word in EFFECTS]
        pairs = [
            Relation(drug, effect, self.score)
            for begin, end in sentences(text)
            for drug in drugs
            for effect in effects
            if begin <= drug.start < end and begin <= effect.start < end
        ]
        return Mined([*drugs, *effects], pairs)
