"""Words, spans, notes and decoys are counted as the measure says."""

from eval.removal import Judged, judge

TEXT = "Ann O'Neil, MRN12345, seen 5/6/2020 by Dr. Roy with Foley catheter"


def at(part: str, label: str = "") -> tuple[int, int, str]:
    start = TEXT.index(part)
    return start, start + len(part), label


GOLD = [at("Ann O'Neil", "PATIENT"), at("12345", "MRN"), at("5/6/2020", "DATE"), at("Roy", "STAFF")]
DECOY = [at("Foley catheter")[:2]]
COUNTED = {"PATIENT", "MRN", "DATE"}


def test_all_found() -> None:
    found = judge([Judged(TEXT, GOLD, DECOY, GOLD)], COUNTED)
    assert found.figures() == {
        "token_recall": 1,
        "span_recall": 1,
        "leak_free": 1,
        "non_phi_removed": 0,
        "decoys_damaged": 0,
    }


def test_what_does_not_count_leaks_nothing() -> None:
    found = judge([Judged(TEXT, GOLD, DECOY, GOLD[:3])], COUNTED)
    assert found.figures()["leak_free"] == 1
    assert found.labels()["STAFF"] == {"spans": 1, "token_recall": 0, "span_recall": 0}


def test_a_span_half_covered_leaks_but_its_words_count() -> None:
    found = judge([Judged(TEXT, GOLD, DECOY, [at("Ann O'", "X"), *GOLD[1:3]])], COUNTED)
    assert found.figures()["span_recall"] == round(2 / 3, 5)
    assert found.figures()["token_recall"] == round(6 / 7, 5)  # Ann, O, Neil, MRN12345, 5, 6, 2020
    assert found.figures()["leak_free"] == 0


def test_a_word_is_removed_when_half_of_it_is() -> None:
    short = judge([Judged("abcdef gh", [], [], [(0, 2, "X")])], COUNTED)
    half = judge([Judged("abcdef gh", [], [], [(0, 3, "X")])], COUNTED)
    assert (short.figures()["non_phi_removed"], half.figures()["non_phi_removed"]) == (0, 0.5)


def test_a_decoy_is_damaged_by_one_word() -> None:
    found = judge([Judged(TEXT, GOLD, DECOY, [at("Foley")])], COUNTED)
    assert found.figures()["decoys_damaged"] == 1
    assert found.figures()["non_phi_removed"] == round(1 / 6, 5)  # seen, by, Dr, with, Foley, catheter
