"""Vectors of words from counts: words of like company are alike."""

import torch

from models.count_vectors import learn, most_common


def test_words_that_stand_alike_are_alike() -> None:
    texts = [[2, 4, 5], [3, 4, 5], [2, 4, 6], [3, 4, 6], [7, 8, 9], [7, 9, 8]] * 5
    vectors = learn(texts, 11, 4)
    assert vectors.shape == (11, 4)
    assert torch.equal(vectors[10], torch.zeros(4))
    alike = torch.cosine_similarity(vectors[2], vectors[3], 0)
    assert alike > 0.9 > 0.5 > torch.cosine_similarity(vectors[2], vectors[7], 0)
    assert torch.equal(learn(texts, 11, 4), vectors)


def test_texts_are_apart() -> None:
    vectors = learn([[2], [3]] * 3, 4, 2)
    assert torch.equal(vectors, torch.zeros(4, 2))


def test_vocabulary_is_of_words_said_often_enough() -> None:
    assert most_common([["b", "a", "c"], ["b", "a"], ["b"]], 2) == ["b", "a"]
