"""What practice texts speak of: English names of drugs, some misspelt, and of effects, as the tables have them."""

from importlib import resources
from random import Random

import yaml

from nlp.adverse.practice.practice import Vocabulary
from nlp.adverse.terms.tables import FOLDER, rows, several
from nlp.text.data_files import phrases

MISSPELT = 0.08  # of names of drugs
SHORTEST = 6  # letters that a name must have to be misspelt


def vocabulary(seed: int = 1) -> Vocabulary:
    rng = Random(f"vocabulary/{seed}")
    drugs = [_misspelt(name, rng) if rng.random() < MISSPELT else name for name in _drugs()]
    return Vocabulary(drugs, _effects(), _ills())


def _drugs() -> list[str]:
    found: list[str] = []
    for row in rows(FOLDER / "drugs.csv", ("ingredient", "brands")):
        found += [row["ingredient"], *several(row["brands"])]
    for row in rows(FOLDER / "abbreviations.csv", ("short", "ambiguous")):
        found += [] if row["ambiguous"] else [row["short"]]
    for row in rows(FOLDER / "classes.csv", ("en",)):
        found += several(row["en"])
    for row in rows(FOLDER / "combinations.csv", ("names",)):
        found += several(row["names"])
    return list(dict.fromkeys(found))


def _effects() -> list[str]:
    terms = [term for row in rows(FOLDER / "effects.csv", ("en",)) for term in several(row["en"])]
    return list(dict.fromkeys(form.strip() for term in terms for form in phrases(term)))


def _ills() -> list[str]:
    text = resources.files("nlp.adverse.practice").joinpath("ills.yaml").read_text(encoding="utf-8")
    return [str(ill) for ill in yaml.safe_load(text)]


def _misspelt(name: str, rng: Random) -> str:
    """Two letters inside swapped, one lost or one doubled."""
    if len(name) < SHORTEST or not name.isalpha():
        return name
    at = 1 + rng.randrange(len(name) - 3)
    swapped = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return rng.choice([swapped, name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:]])
