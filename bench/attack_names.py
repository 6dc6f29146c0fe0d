"""Can a classifier tell surrogates from names that leaked? Character n-grams of the name, and the words around it.

How leaked originals are mixed in: notes are planted ones whose people bear names of a large population, and every gold
span but names is replaced by its surrogate. Of each name (PATIENT, RELATIVE, STAFF), a coin decides whether it stands
as it was (leaked) or as its surrogate. Half of the names leak, far more than ever should: the classifier has both kinds
to learn from, and no prior helps it. Folds are split by person, so no person is in training and test.

Names of the population: three in five from the US census lists by their frequency, the others from lists of twelve more
locales, of which most names are in no US list.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from random import Random
from typing import Any

import numpy as np

from bench.gate import secret
from bench.plants.notes import corpus
from bench.plants.world import World, world
from nlp.deid.person import Identifier, Person
from nlp.deid.surrogates.surrogates import Surrogates

NAMES = frozenset({"PATIENT", "RELATIVE", "STAFF"})
HOME, ABROAD = "en_US", ("en_GB", "en_IE", "es_MX", "it_IT", "pl_PL", "de_DE", "fr_FR", "en_IN", "vi_VN", "nl_NL",
                         "sv_SE", "pt_BR")  # fmt: skip
AROUND = 30  # characters of context on each side
DRAWN = 3000  # names drawn of a locale, with repetition, so that frequent ones are frequent


@dataclass(frozen=True)
class Mention:
    """A name in a released note; `leaked` is what the classifier is to tell."""

    person: str
    text: str
    before: str
    after: str
    leaked: bool


@cache
def population(seed: int, mixed: bool = True) -> World:
    """The world of the plants with names of a population in place of its few; not `mixed`: US lists only."""
    from faker import Faker

    names: dict[str, dict[str, Any]] = {}
    for locale in (HOME, *(ABROAD if mixed else ())):
        faker = Faker(locale, use_weighting=True)
        faker.seed_instance(seed)
        count = DRAWN if locale == HOME else DRAWN // 5
        names[locale] = {
            "weight": 60 if locale == HOME else 40 / len(ABROAD),
            "m": [faker.first_name_male() for _ in range(count)],
            "f": [faker.first_name_female() for _ in range(count)],
            "family": [faker.last_name() for _ in range(count)],
        }
    return replace(world("en"), names=names)


def person_of(patient: Mapping[str, Any], subject: int) -> Person:
    """What the gate would know: names, numbers and contacts of the FHIR Patient."""
    name, address = patient["name"][0], (patient.get("address") or [{}])[0]
    found = [Identifier("PATIENT", "given", given) for given in name["given"]]
    found.append(Identifier("PATIENT", "family", name["family"]))
    for contact in patient.get("contact", ()):
        found += [Identifier("RELATIVE", "given", given) for given in contact["name"]["given"]]
        found.append(Identifier("RELATIVE", "family", contact["name"]["family"]))
    found += [Identifier("MRN", "number", one["value"]) for one in patient["identifier"]]
    found += [Identifier("STREET", "line", line) for line in address.get("line", ())]
    return Person(subject, tuple(found), patient["gender"], date.fromisoformat(patient["birthDate"]))


def mentions(notes: int, seed: int, mixed: bool = True) -> list[Mention]:
    made = corpus(notes, seed, of=population(seed, mixed))
    hands = {
        patient["id"]: Surrogates(person_of(patient, number), secret(number))
        for number, patient in enumerate(made.patients, 1)
    }
    coin = Random(f"leaks {seed}")
    return [mention for note in made.notes for mention in _released(note, hands[note["patient_id"]], coin)]


def _released(note: Mapping[str, Any], surrogates: Surrogates, coin: Random) -> Iterator[Mention]:
    """The note as it would leave, and the names in it."""
    text, at, places = "", 0, []
    for span in note["spans"]:
        original = note["text"][span["start"] : span["end"]]
        leaked = span["label"] in NAMES and coin.random() < 0.5
        said = original if leaked else surrogates.of(original, span["label"], "en", datetime(2021, 6, 1, tzinfo=UTC))
        text += note["text"][at : span["start"]] + said
        at = span["end"]
        if span["label"] in NAMES:
            places.append((len(text) - len(said), len(text), leaked))
    text += note["text"][at:]
    for start, end, leaked in places:
        before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
        yield Mention(note["patient_id"], text[start:end], before, after, leaked)


def accuracy(found: list[Mention], folds: int = 5) -> float:
    """Balanced accuracy of logistic regression, by cross-validation split by person; 0.5 is perfect hiding."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.model_selection import GroupKFold
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.preprocessing import FunctionTransformer

    def part(take: Any, analyzer: str, grams: tuple[int, int]) -> Any:
        seen = TfidfVectorizer(analyzer=analyzer, ngram_range=grams, lowercase=False, min_df=2, sublinear_tf=True)
        return make_pipeline(FunctionTransformer(lambda rows: [take(row) for row in rows]), seen)

    features = make_union(
        part(lambda m: m.text, "char_wb", (1, 4)),
        part(lambda m: m.text.casefold(), "word", (1, 1)),
        part(lambda m: m.before + " _ " + m.after, "word", (1, 1)),
        part(lambda m: m.before[-8:], "char", (1, 3)),
    )
    truth = np.array([m.leaked for m in found])
    guess = np.zeros(len(found), bool)
    rows = np.array(found, dtype=object)
    for train, test in GroupKFold(folds).split(rows, truth, [m.person for m in found]):
        model = make_pipeline(features, LogisticRegression(C=3.0, max_iter=400, class_weight="balanced"))
        guess[test] = model.fit(list(rows[train]), truth[train]).predict(list(rows[test]))
    return float(balanced_accuracy_score(truth, guess))
