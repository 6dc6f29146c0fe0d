"""Words that people and places bear, and how common words are."""

from models.lexicon import borne, zipf


def test_lists_know_names_without_accents_and_case() -> None:
    assert "maria" in borne("es", "first_names")
    assert "barcelona" in borne("es", "places")
    assert "colonoscopy" not in borne("", "last_names")


def test_common_words_are_commoner_than_names() -> None:
    assert zipf("the", "en") > zipf("smith", "en") > zipf("qwxzk", "en") == 0
