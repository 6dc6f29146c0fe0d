"""Training comes to the same in every process, though sets have another order in each."""

from nlp.icd.coder.company import Company
from nlp.icd.coder.content import Content
from nlp.icd.coder.partial import Partial, Rarity
from nlp.icd.coder.phrases import Phrases

CODES = frozenset(f"A{number:02}" for number in range(40))


def test_codes_of_a_phrase() -> None:
    phrases = Phrases()
    phrases.learn([{("fiebre",): CODES}])
    assert list(phrases.entries["fiebre",].codes) == sorted(CODES)


def test_codes_of_company() -> None:
    assert list(Company.of([CODES]).single) == sorted(CODES)


def test_words_of_a_phrase_and_of_a_chart() -> None:
    words = tuple(f"{letter}word" for letter in "qwertyuiopasdfghjklzxcvbnm")
    read = Content(words, range(26), range(1, 27), [0] * 26, [0] * 26, ["n"])
    rarity = Rarity.of([read])
    assert list(rarity.counts) == [word[:6] for word in words]
    assert list(Partial([words], rarity)._words) == [word[:6] for word in words]
