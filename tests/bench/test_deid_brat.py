"""Entities and removed words are scored apart."""

from bench.deid_brat import scored
from eval.corpora.marked import Marked


def test_what_is_removed_without_a_kind_counts_as_removed_only() -> None:
    documents = [Marked("a", "Ana met Bo", ((0, 3, "NAME"), (8, 10, "NAME")))]
    named = [[(0, 3, "NAME")]]
    assert scored(documents, named) == {"f1": 0.6667, "token_recall": 0.5}
    assert scored(documents, named, [[(0, 10, "VETO")]]) == {"f1": 0.6667, "token_recall": 1.0}
