"""The least lossy generalisation of persons that leaves at most a few of them in classes under k.

Full-domain generalisation over a lattice with suppression: Samarati 2001 (Protecting respondents' identities in
microdata release), and the optimum over the lattice as in El Emam et al. 2009 (A globally optimal k-anonymity method).
Loss is their non-uniform entropy: the bits about the original that the generalised value no longer tells, summed over
attributes, a person. The lattice has some 200 nodes, so all are looked at. What k is large enough: HHS, Guidance
Regarding Methods for De-identification of PHI, 2012; El Emam, Guide to the De-Identification of PHI, 2013.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import pyarrow as pa

from nlp.deid.anonymity.classes import sizes

Level = Callable[[str], str]


def _as_is(text: str) -> str:
    return text


def _none(_: str) -> str:
    return ""


def decade(step: int) -> Level:
    """The first year of so many: 1957 is 1955 of five."""
    return lambda text: str(int(text) // step * step) if text.isdigit() else ""


def _died(text: str) -> str:
    return text if text in ("alive", "") else "dead"


def _often(text: str) -> str:
    return "0-10" if text in ("0", "1-3", "4-10") else "11+"


LEVELS: Mapping[str, tuple[tuple[str, Level], ...]] = {
    "birth_year": (("year", _as_is), ("5 years", decade(5)), ("10 years", decade(10)), ("none", _none)),
    "zip3": (("ZIP3", _as_is), ("first digit", lambda text: text[:1]), ("none", _none)),
    "sex": (("sex", _as_is), ("none", _none)),
    "death": (("year", _as_is), ("died or not", _died), ("none", _none)),
    "visits": (("5 bands", _as_is), ("2 bands", _often)),
}
"""From finest to coarsest. Encounters are rows, and stay: the band says how well an attacker may know their number."""


@dataclass(frozen=True)
class Node:
    """`levels`: by attribute, the place in LEVELS; one that is not named there is not told or not protected."""

    levels: Mapping[str, int]
    left_out: np.ndarray = field(repr=False)  # subjects in classes under k, who are not released
    k: int  # the smallest class of those who stay
    loss: float  # bits a person
    people: int  # who stay

    def said(self) -> dict[str, str]:
        return {name: LEVELS[name][level][0] for name, level in self.levels.items()}


def generalised(people: pa.Table, levels: Mapping[str, int]) -> pa.Table:
    """The persons as they are told at these levels."""
    for name, level in levels.items():
        people = people.set_column(people.column_names.index(name), name, _at(people, name, level))
    return people


def search(people: pa.Table, k: int, max_suppressed: float, on: Sequence[str]) -> Node:
    """The best node; where none leaves few enough, the one that leaves fewest. Empty classes are nobody's."""
    at = {name: [_at(people, name, level) for level in range(len(LEVELS[name]))] for name in on}
    lost = {name: [_bits(column[0], each) for each in column] for name, column in at.items()}
    least: tuple[tuple[float, ...], Node] | None = None
    for levels in product(*(range(len(LEVELS[name])) for name in on)):
        table = pa.table({name: at[name][level] for name, level in zip(on, levels, strict=True)})
        count = sizes(table, on) if on else np.full(len(people), len(people))
        few = count < k
        loss = sum(lost[name][level] for name, level in zip(on, levels, strict=True))
        over = max(float(few.mean()) - max_suppressed, 0.0) if len(few) else 0.0
        rank = (over, loss, float(few.sum()), float(sum(levels)))
        if least is None or rank < least[0]:
            left = people["subject_id"].to_numpy()[few]
            smallest = int(count[~few].min(initial=len(people))) if not few.all() else 0
            chosen = dict(zip(on, levels, strict=True))
            least = (rank, Node(chosen, left, smallest, round(loss, 4), int((~few).sum())))
    assert least is not None, "product() of any levels has one node at least"
    return least[1]


def _at(people: pa.Table, name: str, level: int) -> pa.Array:
    column = people[name].combine_chunks().fill_null("").dictionary_encode()
    told = pa.array([LEVELS[name][level][1](text) for text in column.dictionary.to_pylist()], pa.string())
    return told.take(column.indices)


def _bits(original: pa.Array, told: pa.Array) -> float:
    """Entropy of the original where the generalised value is known, a person."""
    if not len(original):
        return 0.0
    pairs = pa.table({"a": original, "b": told})
    both, one = sizes(pairs, ("a", "b")), sizes(pairs, ("b",))
    return float(np.mean(np.log2(one / both)))
