"""One of five coders is malicious in 1 % of all decisions, spent at random or where they hurt most."""

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np

from bench.icd_learning_orders import f1, judge
from bench.icd_learning_pool import Floats, Pairs, Pool, Rows
from nlp.icd.chart import DIAGNOSES
from nlp.icd.learning.sound import sound
from nlp.icd.learning.terms import ACTIVE
from nlp.icd.learning.votes import Mark, terms

SHARE = 0.01
KINDS = ("random", "aimed")
CODERS = 5  # to whom charts are dealt; the first is malicious, and right in all else
WORTH = 3  # charts that mark a phrase that is worth aiming at
Said = list[tuple[int, tuple[int, int], Mark]]  # chart, (phrase, code), who said it
Trained = dict[int, Pairs]


@dataclass(frozen=True)
class Decisions:
    """Of all coders on the charts of one fold."""

    pool: Pool
    said: Said

    def marks(self) -> list[Mark]:
        return [mark for _, _, mark in self.said]

    def trusting(self) -> Trained:
        """What a chart has when the last word counts, whoever says it."""
        return self._settled([True] * len(self.said))

    def guarded(self) -> Trained:
        """Without what others overrule."""
        return self._settled(sound(self.marks()))

    def _settled(self, believed: list[bool]) -> Trained:
        found: dict[int, dict[tuple[int, int], bool]] = defaultdict(dict)
        for (at, pair, mark), counts in zip(self.said, believed, strict=True):
            if counts:
                found[at][pair] = mark.agrees
        return {at: sorted(pair for pair, yes in held.items() if yes) for at, held in found.items()}


def honest(pool: Pool, train: Rows) -> Decisions:
    deal = {int(at): f"coder {number % CODERS}" for number, at in enumerate(train)}
    return Decisions(pool, [(at, pair, _mark(pool, pair, who)) for at, who in deal.items() for pair in pool.marks[at]])


def attacked(pool: Pool, train: Rows, kind: str, seed: int) -> Decisions:
    """A decision is one code of one chart. A malicious one takes a right code back and puts a wrong one there, after
    whoever coded the chart.
    """
    rng, before = np.random.default_rng(seed), honest(pool, train)
    every = sorted({(at, code) for at, (_, code), _ in before.said})
    chosen = [every[at] for at in rng.permutation(len(every))] if kind == "random" else _aimed(before, rng)
    said = list(before.said)
    for at, code in chosen[: round(SHARE * len(every))]:
        put = int(rng.integers(len(pool.codes)))
        for phrase, _ in [pair for pair in pool.marks[at] if pair[1] == code]:
            said.append((at, (phrase, code), _mark(pool, (phrase, code), "coder 0", agrees=False)))
            said.append((at, (phrase, put), _mark(pool, (phrase, put), "coder 0")))
    return Decisions(pool, said)


def _aimed(before: Decisions, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Just enough charts of each phrase that several have, so that it says no code any more; phrase after phrase."""
    where: dict[tuple[int, int], list[int]] = defaultdict(list)
    for at, pair, _ in before.said:
        where[pair].append(at)
    worth = sorted(pair for pair, charts in where.items() if len(charts) >= WORTH)
    order = [worth[at] for at in rng.permutation(len(worth))]
    found = [(at, code) for phrase, code in order for at in where[phrase, code][: len(where[phrase, code]) // 2 + 1]]
    return list(dict.fromkeys(found))


def counts(pool: Pool, train: Rows, test: Rows, marks: Trained) -> Rows:
    """Of the test charts, after training on what was decided."""
    return judge(
        pool.gold[test], pool.scores(pool.learn(train, {int(at): marks.get(int(at), []) for at in train}), test)
    )


def f1_of(counts: Rows, weights: Floats | None = None) -> Floats:
    """Charts in the axis before the last."""
    summed = counts.sum(axis=-2) if weights is None else np.einsum("...tc,t->...c", counts, weights)
    return f1(summed)


def terms_harmed(before: Decisions, after: Decisions) -> Counter[str]:
    """Of terms as decisions make them: how many are active, and how many the malicious coder made or unmade."""
    known, now = ({(term.phrase, term.code) for term in terms(each.marks()) if term.state == ACTIVE}
                  for each in (before, after))  # fmt: skip
    return Counter(active=len(known), made=len(now - known), unmade=len(known - now))


def _mark(pool: Pool, pair: tuple[int, int], coder: str, *, agrees: bool = True) -> Mark:
    return Mark(pool.phrases[pair[0]], "es", DIAGNOSES, pool.codes[pair[1]], coder, agrees)
