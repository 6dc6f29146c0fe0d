"""All names of drugs, and which ingredients each means."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from nlp.adverse.terms.concept import ABBREVIATION, BRAND, CLASS, COMBINATION, INGREDIENT, Drug
from nlp.adverse.terms.letters import key, plurals
from nlp.adverse.terms.spanish import spanish
from nlp.adverse.terms.tables import FOLDER, rows, several

JOIN = " / "
SHORT = 3  # letters of a name up to which it counts only in capitals


@dataclass(frozen=True, slots=True)
class Short:
    """A short form. `written`: as it must stand in the text, or nothing; `ambiguous`: only beside drugs and doses."""

    written: str
    ambiguous: bool


@dataclass(slots=True)
class Names:
    """`drugs` by key (letters.key); `classes`: their members; `kinds`: an ingredient's classes.

    `codes`: (system, code) -> ingredients; `code_of`: an ingredient's own; `shorts`: what is asked of short forms.
    """

    drugs: dict[str, Drug] = field(default_factory=dict)
    classes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    codes: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    code_of: dict[str, str] = field(default_factory=dict)
    shorts: dict[str, Short] = field(default_factory=dict)

    def drug(self, ingredients: tuple[str, ...], kind: str) -> Drug:
        """Of one ingredient or several."""
        if len(ingredients) == 1:
            return Drug(ingredients[0], ingredients, self.code_of.get(ingredients[0]), kind)
        together = tuple(sorted(ingredients))
        return Drug(JOIN.join(together), together, None, kind)

    def of_code(self, vocabulary: str, code: str) -> Drug | None:
        ingredients = self.codes.get((system(vocabulary), code))
        if not ingredients:
            return None
        return self.drug(ingredients, INGREDIENT if len(ingredients) == 1 else COMBINATION)

    def of_class(self, name: str) -> Drug:
        return Drug(f"class:{name}", self.classes.get(name, ()), None, CLASS)

    def recode(self) -> None:
        """Names of single ingredients get the codes that stand in `code_of` now."""
        for name, drug in self.drugs.items():
            if len(drug.ingredients) == 1 and drug.kind != CLASS:
                self.drugs[name] = replace(drug, code=self.code_of.get(drug.concept, drug.code))

    def add(self, name: str, drug: Drug) -> None:
        """The first that claims a name keeps it."""
        if found := key(name):
            self.drugs.setdefault(found, drug)


def system(name: str) -> str:
    """A vocabulary as timeline codes name it: RXNORM."""
    known = {"http://www.nlm.nih.gov/research/umls/rxnorm": "RXNORM", "urn:oid:2.16.840.1.113883.6.88": "RXNORM"}
    return known.get(name) or "".join(letter for letter in name.upper() if letter.isalnum())


def shipped_names() -> Names:
    """Ingredients first: they own their names before brands, and these before short forms and classes."""
    names = Names()
    _codes(names, FOLDER / "rxnorm.csv")
    table = rows(FOLDER / "drugs.csv", ("ingredient", "classes", "brands", "also"))
    members: dict[str, list[str]] = {}
    for row in table:
        names.kinds[row["ingredient"]] = tuple(several(row["classes"]))
        for each in several(row["classes"]):
            members.setdefault(each, []).append(row["ingredient"])
        for name in _generic(row["ingredient"], row["also"]):
            names.add(name, names.drug((row["ingredient"],), INGREDIENT))
    names.classes = {name: tuple(those) for name, those in members.items()}
    for row in table:
        for name in several(row["brands"]):
            names.add(name, names.drug((row["ingredient"],), BRAND))
    _combinations(names)
    _classes(names)
    _short_forms(names)
    return names


def _codes(names: Names, path: Path) -> None:
    for row in rows(path, ("code", "kind", "ingredients")):
        those = tuple(sorted(several(row["ingredients"])))
        names.codes["RXNORM", row["code"]] = those
        if row["kind"] == INGREDIENT:
            names.code_of[those[0]] = f"RxNorm//{row['code']}"


def _generic(ingredient: str, also: str) -> Iterator[str]:
    yield ingredient
    yield from several(also)
    words = key(ingredient).split()
    if len(words) == 1:
        yield from sorted(spanish(words[0]))
    elif words[0] == "insulin":
        yield " ".join(["insulina", *words[1:]])


def _combinations(names: Names) -> None:
    for row in rows(FOLDER / "combinations.csv", ("ingredients", "names")):
        for name in several(row["names"]):
            names.add(name, names.drug(tuple(several(row["ingredients"])), COMBINATION))


def _classes(names: Names) -> None:
    for row in rows(FOLDER / "classes.csv", ("class", "en", "es")):
        for name in (*several(row["en"]), *several(row["es"])):
            for form in (name, *plurals(key(name))):
                names.add(form, names.of_class(row["class"]))


def _short_forms(names: Names) -> None:
    for row in rows(FOLDER / "abbreviations.csv", ("short", "ingredients", "exact", "ambiguous")):
        those = tuple(several(row["ingredients"]))
        one = those[0]
        if len(those) == 1 and one in names.classes:
            drug = names.of_class(one)
        else:
            drug = names.drug(those, ABBREVIATION if len(those) == 1 else COMBINATION)
        names.add(row["short"], drug)
        names.shorts.setdefault(key(row["short"]), Short(row["short"] if row["exact"] else "", bool(row["ambiguous"])))
