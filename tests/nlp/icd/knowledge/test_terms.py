"""The index of phrases: its codes exist, its phrases are not vague, its files are read with clear errors."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
import simple_icd_10_cm as tabular

from contract.errors import ConfigError
from nlp.icd.knowledge.terms import languages, read, read_grid, terms

RENUMBERED = {"T40.7X1"}  # 2018's; today T40.711


def known(code: str) -> bool:
    """In the tabular list; or there with a seventh character (S02.5XX: S02.5XXA); or since divided (T81.4XX)."""
    found = [code, code + "A", code + "0", code.rstrip("X")]
    return code in RENUMBERED or any(tabular.is_valid_item(said) for said in found)


@pytest.mark.parametrize("language", languages())
def test_every_code_exists(language: str) -> None:
    assert sorted({code for _, code in terms(language) if not known(code)}) == []


@pytest.mark.parametrize("language", languages())
def test_no_phrase_leads_to_more_than_three_codes(language: str) -> None:
    codes = defaultdict(set)
    for phrase, code in terms(language):
        codes[phrase.casefold()].add(code)
    assert {phrase: sorted(found) for phrase, found in codes.items() if len(found) > 3} == {}


def test_spanish_is_broad() -> None:
    found = list(terms("es"))
    assert ("apendicitis aguda", "K35.80") in found
    assert len(found) > 5000


def test_english_is_broad_and_billable() -> None:
    found = list(terms("en"))
    assert {("HTN", "I10"), ("s/p CABG", "Z95.1"), ("CKD stage 3a", "N18.31"), ("UTI", "N39.0")} <= set(found)
    assert len(found) > 5000
    assert sorted({code for _, code in found if not tabular.is_valid_item(code) or not tabular.is_leaf(code)}) == []


def test_english_has_no_common_word_for_an_abbreviation() -> None:
    """Phrases are compared in small letters."""
    common = {"as", "add", "all", "cap", "fit", "hit", "ms", "no", "or", "pt", "he", "it", "aid", "map"}
    assert {phrase for phrase, _ in terms("en")} & {said.upper() for said in common} == set()


@pytest.mark.parametrize(("language", "least"), [("es", 300), ("en", 80)])
def test_procedures_are_apart_and_well_formed(language: str, least: int) -> None:
    found = defaultdict(set)
    for phrase, code in terms(language, "ICD-10-PCS"):
        found[phrase.casefold()].add(code)
    codes = set().union(*found.values())
    assert len(codes) > least
    form = re.compile("[0-9A-HJ-NP-Z]{4}(?:[0-9A-HJ-NP-Z]{3})?")  # no I, no O
    assert {code for code in codes if not form.fullmatch(code)} == set()
    assert {phrase: sorted(held) for phrase, held in found.items() if len(held) > 3} == {}
    assert not codes & {code for _, code in terms(language)}


def test_a_language_without_an_index_has_no_terms() -> None:
    assert list(terms("xx")) == []


def test_an_unknown_system_is_an_error() -> None:
    with pytest.raises(ConfigError, match="ICD-9"):
        terms("es", "ICD-9")


@pytest.mark.parametrize(("text", "said"), [("code;terms\n", "line 1"), ("code,terms\nA,b,c\n", "line 2: 3 columns")])
def test_a_bad_table_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        list(read(path))


def test_a_grid_multiplies_terms_and_sites(tmp_path: Path) -> None:
    path = tmp_path / "grid.yaml"
    path.write_text(
        "sites: {pie: de pie|podal}\nfamilies: [{said: dolor|algia, codes: {pie: M79.673}}]", encoding="utf-8"
    )
    assert list(read_grid(path)) == [
        (phrase, "M79.673") for phrase in ("dolor de pie", "dolor podal", "algia de pie", "algia podal")
    ]


def test_a_grid_with_an_unknown_site_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "grid.yaml"
    path.write_text("sites: {}\nfamilies: [{said: dolor, codes: {pie: M79.673}}]", encoding="utf-8")
    with pytest.raises(ConfigError, match="no site 'pie'"):
        list(read_grid(path))
