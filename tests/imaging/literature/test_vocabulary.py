"""Reports to numbers and back."""

from imaging.literature.vocabulary import Vocabulary, run
from models.word_lstm import BEGIN, BREAK, END, UNKNOWN

REPORTS = ["Small right-sided effusion (2.5 cm), new. The T12 body is normal.", "The effusion is small."]


def test_a_report_comes_back_in_sentences_with_signs_in_their_place() -> None:
    known = Vocabulary.of(REPORTS, 1)
    sentences = known.sentences(REPORTS[0])
    assert known.written(run(sentences)) == ["Small right-sided effusion (2.5 cm), new.", "The t12 body is normal."]


def test_rare_words_are_read_as_unknown_and_never_written() -> None:
    known = Vocabulary.of(REPORTS, 2)
    assert set(known.words) == {"small", "effusion", "the", "is", "."}
    assert UNKNOWN in known.sentences(REPORTS[0])[0]
    assert known.written([BEGIN, *known.sentences("The unheard is small.")[0], END]) == ["The is small."]


def test_the_order_of_words_does_not_depend_on_the_order_of_reports() -> None:
    assert Vocabulary.of(REPORTS, 1) == Vocabulary.of(REPORTS[::-1], 1)


def test_a_run_has_a_break_between_sentences_and_one_end() -> None:
    assert run([[7, 8], [9]]) == [BEGIN, 7, 8, BREAK, 9, END]
    assert run([]) == [BEGIN, END]
    known = Vocabulary.of(REPORTS, 1)
    assert known.written([BEGIN, *known.sentences("Small.")[0], END, *known.sentences("New.")[0]]) == ["Small."]
