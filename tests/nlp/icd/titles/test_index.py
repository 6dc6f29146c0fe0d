"""A passage that says more titles than are looked at keeps the best of them."""

from nlp.icd.titles.index import ENOUGH
from nlp.icd.titles.lexicon import Lexicon
from nlp.icd.titles.titles import Titles


def test_the_best_of_too_many() -> None:
    table = [(f"A{at:03}", f"Fibrosis zone{chr(97 + at // 26)}{chr(97 + at % 26)}") for at in range(2 * ENOUGH)]
    titles = Titles.of(lexicon=Lexicon(), table=[*table, ("B00", "Fibrosis of spleen")])
    hits = titles.find("Fibrosis of the spleen was seen", "en")
    assert max(hits, key=lambda hit: hit.score).code == "B00"
