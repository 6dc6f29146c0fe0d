"""BLEU, ROUGE-L and CIDEr: figures by hand, and the reference program's on texts that were drawn at random."""

import math
import random
from collections.abc import Sequence

import pytest

from contract.errors import InputError
from eval.captions import Cider, bleu, cider, rouge_l, words

WORDS = ("the lungs are clear no effusion heart is normal size", "small left right opacity in base")
EVERY = " ".join(WORDS).split()


def drawn(chance: random.Random, count: int = 40) -> list[str]:
    return [" ".join(chance.choices(EVERY, k=chance.randint(5, 30))) for _ in range(count)]


def changed(chance: random.Random, texts: Sequence[str]) -> list[str]:
    """Every sixth word another, some words more at the end."""
    words_of = [[w if chance.random() < 0.84 else chance.choice(EVERY) for w in text.split()] for text in texts]
    return [" ".join([*split, *chance.choices(EVERY, k=chance.randint(0, 9))]) for split in words_of]


def test_words_are_small_letters_and_digits_without_signs() -> None:
    assert words("No T-wave change; 2.5 cm, (left).") == ["no", "t", "wave", "change", "2", "5", "cm", "left"]


def test_the_same_report_is_perfect_and_another_is_nothing() -> None:
    texts = ["the heart is normal in size", "small left effusion and no pneumothorax"]
    other = ["alpha beta gamma delta epsilon", "alpha beta gamma delta epsilon"]
    assert bleu(texts, texts) == pytest.approx((1, 1, 1, 1))
    assert rouge_l(texts, texts) == pytest.approx(1)
    assert cider(texts, texts) == pytest.approx(10)
    assert (*bleu(texts, other), rouge_l(texts, other), cider(texts, other)) == (0, 0, 0, 0, 0, 0)


def test_bleu_by_hand() -> None:
    found = bleu(["the lungs are clear"], ["the lungs are"])
    assert found[:3] == pytest.approx((math.exp(1 - 4 / 3),) * 3)  # all right, but short
    assert found[3] == 0  # no gram of four


def test_rouge_by_hand() -> None:
    precision, recall = 2 / 3, 2 / 4  # the, clear
    wanted = (1 + 1.44) * precision * recall / (recall + 1.44 * precision)
    assert rouge_l(["the lungs are clear"], ["the heart clear"]) == pytest.approx(wanted)


def test_cider_of_one_report_against_a_corpus() -> None:
    references = ["the lungs are clear today", "the lungs are clear tonight", "the bowel gas is everywhere"]
    scored = Cider.of(references)
    rare, common = scored(references[2], references[2]), scored(references[2], "the")
    assert rare == pytest.approx(10)
    assert common == 0  # a word of every report tells nothing


REFERENCE = {  # what pycocoevalcap 1.2 gives; it is no dependency, for its licence forbids commercial use
    1: ((0.73641618, 0.65388661, 0.58787008, 0.53075635), 0.770444, 4.58809841),
    2: ((0.68907563, 0.60555428, 0.54036274, 0.48155205), 0.72823229, 3.92353532),
    3: ((0.7114094, 0.64924127, 0.60137547, 0.55920218), 0.77195711, 4.28135856),
}


@pytest.mark.parametrize("seed", REFERENCE)
def test_agrees_with_the_reference_program(seed: int) -> None:
    chance = random.Random(seed)
    references = drawn(chance)
    reports = changed(chance, references)
    of_bleu, of_rouge, of_cider = REFERENCE[seed]
    assert bleu(references, reports) == pytest.approx(of_bleu)
    assert rouge_l(references, reports) == pytest.approx(of_rouge)
    assert cider(references, reports) == pytest.approx(of_cider)


@pytest.mark.parametrize("texts", [[], [""], ["", "..."]])
def test_nothing_said_scores_nothing(texts: Sequence[str]) -> None:
    assert (*bleu(texts, texts), rouge_l(texts, texts), cider(texts, texts)) == (0, 0, 0, 0, 0, 0)


def test_uneven_lists_are_refused() -> None:
    with pytest.raises(InputError, match="2 references and 1 reports"):
        bleu(["a", "b"], ["a"])
