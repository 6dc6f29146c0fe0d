"""What a text's words for a drug or an effect are held to mean."""

from dataclasses import dataclass

INGREDIENT, BRAND, ABBREVIATION, CLASS, COMBINATION = "ingredient", "brand", "abbreviation", "class", "combination"


@dataclass(frozen=True, slots=True)
class Drug:
    """`ingredients`: of a class all its members, any of which may be meant. `exact`: not guessed from a misspelling."""

    concept: str
    ingredients: tuple[str, ...]
    code: str | None = None  # "RxNorm//29046" of one ingredient, or the site's own
    kind: str = INGREDIENT
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Effect:
    """`group`: what a safety reviewer counts as one episode. `exact`: every word of the text is accounted for."""

    concept: str
    code: str | None = None  # "ICD-10-CM//R21", or the site's own vocabulary
    group: str = ""
    exact: bool = True
