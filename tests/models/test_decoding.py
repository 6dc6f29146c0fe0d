"""Texts from networks: teacher forcing and speaking agree, a beam sees further than a word."""

import pytest
import torch
from torch import Tensor

from models.decoding import beam, drawn, spoken
from models.image_lstm import ImageLstm, ImageLstmConfig
from models.topic_lstm import Reports, TopicLstm, TopicLstmConfig
from models.word_lstm import BEGIN, END, FILLER, NEVER, UNKNOWN, WORDS, State

A, B, C = range(WORDS, WORDS + 3)
PATHS = {(): {A: 0.6, B: 0.4}, (A,): {C: 0.4, END: 0.3, A: 0.3}, (A, C): {END: 1.0}, (B,): {C: 1.0}, (B, C): {END: 1.0}}


def garden(words: Tensor, state: State) -> tuple[Tensor, State]:
    """The likelier first word leads to the less likely text. The state holds the words so far, two at most."""
    said = torch.where((words == BEGIN)[:, None], state[0], torch.cat([state[0][:, 1:], words[:, None]], 1))
    logits = torch.full((len(words), WORDS + 3), -torch.inf)
    for row, ids in enumerate(said.tolist()):
        chances = PATHS.get(tuple(one for one in ids if one != FILLER), {END: 1.0})
        for word, chance in chances.items():
            logits[row, word] = torch.tensor(chance).log()
    return logits, (said,)


def nothing(rows: int) -> State:
    return (torch.full((rows, 2), FILLER),)


def test_a_beam_finds_the_likelier_text() -> None:
    assert spoken(garden, nothing(2), 6).tolist() == [[BEGIN, A, C, END, FILLER, FILLER, FILLER]] * 2
    assert beam(garden, nothing(2), 6, 3).tolist() == [[BEGIN, B, C, END, FILLER, FILLER, FILLER]] * 2
    assert torch.equal(beam(garden, nothing(2), 6, 1), spoken(garden, nothing(2), 6))


def test_what_has_no_end_is_cut() -> None:
    assert spoken(garden, nothing(1), 2).tolist() == [[BEGIN, A, C]]
    assert beam(garden, nothing(1), 2, 3).shape == (1, 3)


def test_words_are_drawn_as_often_as_they_are_likely() -> None:
    said = spoken(garden, nothing(2000), 6, drawn(torch.Generator().manual_seed(1)))
    assert (said[:, 1] == A).float().mean().item() == pytest.approx(0.6, abs=0.04)


def network() -> ImageLstm:
    torch.manual_seed(1)
    made = ImageLstm(ImageLstmConfig(width=4, words=12, size=6, hidden=8)).eval()
    made.words.head.bias.data[:NEVER] = -1e9  # what is never said has no chance: speaking need not take it away
    return made


def test_teacher_forcing_and_speaking_give_a_word_the_same_chance() -> None:
    images, ids = torch.randn(2, 4), torch.tensor([[BEGIN, 7, 9, END], [BEGIN, 11, END, FILLER]])
    made = network()
    words, whose = made(images, ids)
    assert whose.tolist() == [0, 0, 0, 1, 1]
    state, stepped = made.begin(images), []
    with torch.no_grad():
        for at in range(3):
            logits, state = made.words.step(ids[:, at], state)
            stepped.append(logits.log_softmax(1).gather(1, ids[:, at + 1 : at + 2])[:, 0])
    by_step = torch.stack(stepped, 1)
    torch.testing.assert_close(words, torch.cat([by_step[0], by_step[1, :2]]))


def test_nobody_learns_to_say_a_word_that_is_not_known() -> None:
    torch.manual_seed(1)
    made = ImageLstm(ImageLstmConfig(width=4, words=12, size=6, hidden=8)).eval()
    words, _ = made(torch.randn(1, 4), torch.tensor([[BEGIN, UNKNOWN, 7, END]]))
    assert len(words) == 2
    made.words.head.bias.data[UNKNOWN] = 100.0
    said = torch.cat([made.write(torch.randn(8, 4), 10), made.write(torch.randn(8, 4), 10, width=3)])
    assert UNKNOWN not in said
    assert (said[:, 1:] >= NEVER).logical_or(said[:, 1:] == FILLER).all()


def topics() -> TopicLstm:
    torch.manual_seed(2)
    return TopicLstm(TopicLstmConfig(width=4, words=12, sentences=5, size=6, hidden=8)).eval()


def test_the_chances_of_all_lengths_sum_to_one() -> None:
    made = topics()
    with torch.no_grad():
        _, lengths = made(torch.randn(3, 4))
    torch.testing.assert_close(lengths.exp().sum(1), torch.ones(3))
    made.stop.weight.data.zero_()
    made.stop.bias.data.fill_(torch.tensor(0.25 / 0.75).log())  # a quarter stop after each sentence
    chances = made(torch.randn(1, 4))[1].exp()[0]
    torch.testing.assert_close(chances, torch.tensor([0.25, 0.75 * 0.25, 0.75**2 * 0.25, 0.75**3 * 0.25, 0.75**4]))


def test_sentences_belong_to_their_reports() -> None:
    made, images = topics(), torch.randn(6, 4)
    said = made.write(images, 7, drawn(torch.Generator().manual_seed(3)))
    assert said.whose.bincount().tolist() == said.many.tolist()
    assert [int((said.place[said.whose == row]).max()) + 1 for row in range(6)] == said.many.tolist()
    one = made.write(images[4:5], 7)
    every = made.write(images, 7)
    assert torch.equal(every.ids[every.whose == 4], one.ids)  # the same alone and in company


def test_a_report_is_as_likely_alone_as_in_company() -> None:
    made, images = topics(), torch.randn(2, 4)
    ids = torch.tensor([[BEGIN, 7, END, FILLER], [BEGIN, 8, 9, END], [BEGIN, 7, END, FILLER]])
    both = Reports(ids, torch.tensor([0, 0, 1]), torch.tensor([0, 1, 0]), torch.tensor([2, 1]))
    words, whose, lengths = made.likelihoods(images, both)
    alone, _, length = made.likelihoods(
        images[1:], Reports(ids[2:, :3], torch.tensor([0]), torch.tensor([0]), torch.tensor([1]))
    )
    torch.testing.assert_close(words[whose == 1], alone)
    torch.testing.assert_close(lengths[1:], length)
