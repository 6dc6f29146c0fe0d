"""The tabular list as a Catalogue: codes, levels, notes, search; open tables; editions of a site with its notes."""

import pytest

from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.catalogue.content import Content


@pytest.fixture(scope="module")
def tabular() -> Catalogue:
    return Catalogue.icd10cm()


def test_the_list_is_whole(tabular: Catalogue) -> None:
    assert len(tabular) > 97_000
    assert sum(tabular.billable(code) for code in tabular) > 74_000
    assert list(tabular)[:2] == ["A00", "A00.0"]


@pytest.mark.parametrize(
    ("code", "exists", "billable"),
    [
        ("E11.9", True, True),
        ("E11", True, False),
        ("S52.501", True, False),
        ("S52.501A", True, True),
        ("T36.0X1A", True, True),
        ("T36.01A", False, False),
        ("E119", False, False),
        ("A00-A09", False, False),
        ("4", False, False),
        ("", False, False),
    ],
)
def test_exists_and_billable(tabular: Catalogue, code: str, exists: bool, billable: bool) -> None:
    assert (tabular.exists(code), tabular.billable(code), code in tabular) == (exists, billable, exists)


def test_levels(tabular: Catalogue) -> None:
    assert tabular.ancestors("S52.501A") == ("S52.501", "S52.50", "S52.5", "S52", "S50-S59", "19")
    assert tabular.ancestors("S52.501A", groups=False)[-1] == "S52"
    assert tabular.children("N18")[:2] == ("N18.1", "N18.2")
    assert tabular.billable_below("E11.1") == ("E11.10", "E11.11")
    assert tabular.billable_below("E11", 1) == ("E11.00",)


def test_a_block_that_bears_the_name_of_its_only_category(tabular: Catalogue) -> None:
    assert tabular.ancestors("B99.8") == ("B99", "B99-B99", "1")
    assert tabular.exists("B99") and not tabular.exists("B99-B99")


def test_notes_hold_for_all_below(tabular: Catalogue) -> None:
    assert any("E10" in line for line in tabular.excludes1("E11.9"))
    assert not any("E10" in line for line in tabular.notes("E11.9").get("excludes1", ()))
    assert any("O24" in line for line in tabular.excludes1("E11.9"))
    assert any("Z79.4" in line for line in tabular.use_additional("E11.65"))
    assert tabular.terms("N18.6") == ("End stage renal disease", "Chronic kidney disease requiring chronic dialysis")
    assert tabular.seventh("S52.501")["S"] == "sequela"
    assert tabular.seventh("E11.9") == {}


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("type 2 diabetes", "E11"),
        ("acute myocard", "I21"),
        ("chronic kidney disease stage 4", "N18.4"),
        ("pulmonary embolsm", "I26"),
        ("menieres disease", "H81.0"),
        ("Ménière bilateral", "H81.03"),
        ("n18.6", "N18.6"),
        ("s52501a", "S52.501A"),
        ("diabetes insipidus", "E23.2"),
    ],
)
def test_search(tabular: Catalogue, typed: str, code: str) -> None:
    assert code in [found.code for found in tabular.search(typed, 5)]


def test_search_says_which_term_answered_and_stays_silent_on_nothing(tabular: Catalogue) -> None:
    found = tabular.search("chronic kidney disease requiring chronic dialysis", 1)[0]
    assert (found.code, found.score) == ("N18.6", 1.0)
    assert "dialysis" in found.term
    assert tabular.search("") == tabular.search("?!") == tabular.search("zzqqxxyy") == []
    assert len(tabular.search("fracture", 7)) == 7


def test_an_open_table_lets_unknown_codes_be() -> None:
    table = Catalogue("CIE-10-ES", "", Content({"N44": "", "N44.8": "x"}, {"N44.8": "N44"}, {"N44.8"}), open=True)
    assert table.exists("Z99.99") and table.billable("Z99.99") and not table.knows("Z99.99")
    assert table.exists("N44") and not table.billable("N44")
    assert Catalogue.unknown("CIE-10-ES").billable("A00.0")


def test_an_edition_of_a_site_borrows_notes(tabular: Catalogue) -> None:
    content = Content({"E11": "Old", "E11.9": "Old title"}, {"E11.9": "E11"}, {"E11.9"})
    old = Catalogue("ICD-10-CM", "2016", content).with_notes(tabular)
    assert old.title("E11.9") == "Old title"
    assert not old.exists("E10.9")
    assert old.ancestors("E11.9") == ("E11", "E08-E13", "4")
    assert old.excludes1("E11.9") == tabular.excludes1("E11.9")
