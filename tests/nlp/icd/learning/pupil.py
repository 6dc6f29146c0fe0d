"""A small System that learns terms between two trainings, as the contract with the coder asks."""

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.icd.learning.terms import ACTIVE, Term
from tests.nlp.icd.stand_in import StandIn


@dataclass
class Pupil(StandIn):
    def learn(self, terms: Sequence[Term]) -> None:
        for term in terms:
            if term.state == ACTIVE:
                self.words[term.phrase] = term.code
