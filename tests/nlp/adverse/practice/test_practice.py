"""Practice texts mark what they say: offsets hold, relations join a drug and an effect of one frame."""

from nlp.adverse.mention import DRUG, EFFECT
from nlp.adverse.practice.practice import SHARES, Vocabulary, texts
from nlp.adverse.practice.vocabulary import vocabulary

WORDS = Vocabulary(
    drugs=("aspirin", "MTX", "warfarin", "amoxicillin/clavulanate"),
    effects=("rash", "low potassium", "gum bleeding", "nausea"),
    ills=("hypertension", "atrial fibrillation"),
)


def test_marks_stand_where_the_words_do():
    known = {DRUG: WORDS.drugs, EFFECT: WORDS.effects}
    kinds = set()
    for told in texts(WORDS, 400, seed=3):
        kinds |= set(told.kinds)
        for start, end, label in told.spans:
            assert told.text[start:end].lower() in {word.lower() for word in known[label]}
        for drug, effect in told.relations:
            assert told.spans[drug][2] == DRUG and told.spans[effect][2] == EFFECT
    assert kinds == set(SHARES)


def test_what_has_nothing_to_do_with_each_other_is_not_related():
    alone = [told for told in texts(WORDS, 400, seed=4, most=1) if told.kinds == ["none"]]
    assert alone and not any(told.relations for told in alone)


def test_the_same_seed_says_the_same():
    assert [told.text for told in texts(WORDS, 20, seed=5)] == [told.text for told in texts(WORDS, 20, seed=5)]


def test_the_shipped_words_are_many_and_some_are_misspelt():
    words = vocabulary()
    assert len(words.drugs) > 1000 and len(words.effects) > 300 and len(words.ills) > 50
    assert vocabulary(2).drugs != words.drugs and vocabulary(2).effects == words.effects
