"""A site's own tables laid over the shipped ones: RxNorm, MeSH, CTCAE, MedDRA, a formulary."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from contract.errors import ConfigError
from nlp.adverse.terms.concept import INGREDIENT, Effect
from nlp.adverse.terms.drugs import Names, system
from nlp.adverse.terms.effects import EffectNames
from nlp.adverse.terms.letters import key
from nlp.adverse.terms.reader import DrugReader
from nlp.adverse.terms.tables import rows, several

NEEDED = ("code", "term")
DRUGS = frozenset({"RXNORM", "ATC", "NDC", "DRUGS", "FORMULARY"})  # vocabularies of drugs; the others are of effects
VOCABULARIES = {"rxnorm": "RxNorm", "mesh": "MeSH", "ctcae": "CTCAE", "meddra": "MedDRA", "snomed": "SNOMED CT"}
KINDS = ("", "drug", "effect")


@dataclass(frozen=True, slots=True)
class Row:
    """One name of a site's table. `concept`, `group`, `ingredients`: empty where the table does not say."""

    vocabulary: str
    code: str
    term: str
    concept: str
    group: str
    ingredients: tuple[str, ...]
    drug: bool


def site_rows(folder: Path) -> list[Row]:
    """Of all CSV files of a folder, in the order of their names."""
    files = sorted(folder.glob("*.csv")) if folder.is_dir() else []
    if not files:
        raise ConfigError(
            f"{folder.name}: expected a folder of CSV files with the columns {', '.join(NEEDED)}, found none. "
            "Leave `terms` out to use the shipped tables alone (docs/adverse.md, Terms)."
        )
    return [row for file in files for row in _of(file)]


def _of(file: Path) -> Iterator[Row]:
    stem = file.stem.lower()
    for at, row in enumerate(rows(file, NEEDED, {"name": "term", "str": "term", "rxcui": "code"}), 1):
        if not row["term"] or not row["code"]:
            raise ConfigError(f"{file.name}: row {at} lacks its term or its code. Fill it in or take the row out.")
        vocabulary = row.get("vocabulary") or VOCABULARIES.get(stem, file.stem)
        kind = row.get("kind", "").lower()
        if kind not in KINDS:
            raise ConfigError(f"{file.name}: row {at}: kind is {kind!r}, expected drug or effect.")
        yield Row(
            vocabulary,
            row["code"],
            row["term"],
            row.get("concept", ""),
            row.get("group", ""),
            tuple(several(row.get("ingredients", "").lower())),
            kind == "drug" or (not kind and system(vocabulary) in DRUGS),
        )


def lay_over(names: Names, effects: EffectNames, table: list[Row]) -> None:
    """Changes both. Names that a site gives win over shipped ones."""
    reader = DrugReader(names)
    coded: dict[str, str] = {}
    for row in table:
        if row.drug:
            _drug(names, reader, row)
        else:
            _effect(effects, row, coded)
    names.recode()
    effects.recode(coded)


def _drug(names: Names, reader: DrugReader, row: Row) -> None:
    known = reader.read(row.term)
    ingredients = row.ingredients or (known.ingredients if known and known.exact else (reader.bare(row.term),))
    names.codes[system(row.vocabulary), row.code] = tuple(sorted(ingredients))
    if len(ingredients) == 1 and key(row.term) == key(ingredients[0]):
        names.code_of[ingredients[0]] = f"{row.vocabulary}//{row.code}"
    if known is None or not known.exact or row.ingredients:
        names.drugs[key(row.term)] = names.drug(tuple(ingredients), INGREDIENT)


def _effect(effects: EffectNames, row: Row, coded: dict[str, str]) -> None:
    known = effects.read(row.term)
    code = f"{row.vocabulary}//{row.code}"
    if row.concept:
        given = effects.concepts.get(row.concept, Effect(row.concept, None, row.group or row.concept))
        found = replace(given, code=code, group=row.group or given.group)
    elif known and known.exact:
        found = replace(known, code=code, group=row.group or known.group)
    else:
        concept = key(row.term).replace(" ", "_")
        found = Effect(concept, code, row.group or concept)
    coded.setdefault(found.concept, code)
    effects.add(row.term, found, over=True)
