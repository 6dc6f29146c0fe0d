"""Several miners read one text."""

from nlp.adverse.joined import Sure, Text, joined, mined
from nlp.adverse.mention import DRUG, EFFECT, Mention, Mined, Relation
from tests.nlp.adverse.chart.stand_in import Pairs


def related(drug: tuple[int, int], effect: tuple[int, int], score: float) -> Relation:
    return Relation(Mention(*drug, DRUG), Mention(*effect, EFFECT), score)


def test_what_the_first_says_of_a_pair_stands() -> None:
    mine, again, new = related((0, 5), (10, 15), 0.6), related((1, 5), (10, 20), 0.9), related((0, 5), (30, 35), 0.8)
    first = Mined([mine.drug, mine.effect], [mine])
    second = Mined([again.drug, again.effect, new.effect], [again, new])
    found = joined(first, second)
    assert list(found.relations) == [mine, new]
    assert [(each.start, each.end) for each in found.mentions] == [(0, 5), (10, 15), (30, 35)]


def test_a_miner_reads_its_languages_and_each_text_once() -> None:
    english, both = Pairs(0.7), Pairs(0.9)
    english.languages = ("en",)
    texts = [Text("Cough on lisinopril.", "en"), Text("Exantema por amoxicilina.", "es"), Text("Husten", "de")]
    found = mined([english, both], [*texts, texts[0], Text("rash", "")])
    assert set(found) == {*texts[:2], Text("rash", "")}
    assert english.texts == [texts[0].text, "rash"]
    assert [each.score for each in found[texts[0]].relations] == [0.7]
    assert [each.score for each in found[texts[1]].relations] == [0.9]


def test_weak_relations_of_rules_are_not_believed() -> None:
    text = ["Cough on lisinopril."]
    (weak,), (strong,) = Sure(Pairs(0.6), 0.65).mine(text), Sure(Pairs(0.7), 0.65).mine(text)
    (named,) = Sure(Pairs(0.6), 0.65).mine(["Cough from lisinopril."])
    assert len(named.relations) == 1
    assert (len(weak.mentions), len(weak.relations), len(strong.relations)) == (2, 0, 1)
