"""Search and hierarchy: what a coder types, and what she must find."""

from dataclasses import replace
from pathlib import Path

import pytest

from nlp.icd.catalogue.shelf import Shelf
from review.coding.finder import LIMIT, Finder
from review.coding.folded import folded
from review.coding.tables import Tables
from tests.review.coding.made import CM, chart, done, tables

FINDER = Finder(tables())


def found(q: str, system: str = CM) -> list[str]:
    return [hit.code for hit in FINDER.search(q, system)]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("pneumonia", "J18.9"),
        ("pneum", "J18.9"),
        ("appendicitis acute", "K35.80"),
        ("apendicitis", "K35.80"),
        ("htn", "I10"),
        ("AFIB", "I48.91"),
        ("copd exacerbation", "J44.1"),
        ("uti", "N39.0"),
        ("k3580", "K35.80"),
        ("K35.8", "K35.80"),
        ("s72.001", "S72.001A"),
        ("fracture left femur", "S72.92XA"),
        ("long term insulin", "Z79.4"),
        ("ménière", "H81.09"),
    ],
)
def test_found_among_the_first_five(typed: str, code: str) -> None:
    assert code in found(typed)[:5]


def test_billable_first_then_a_few_categories_with_a_way_down() -> None:
    hits = FINDER.search("heart failure")
    marks = [hit.billable for hit in hits]
    assert marks == sorted(marks, reverse=True) and len(hits) <= LIMIT
    assert [hit.below > 0 for hit in hits if not hit.billable] and "I50" in found("heart failure")


def test_a_sequela_is_meant_where_it_is_typed() -> None:
    assert not any("sequela" in hit.title for hit in FINDER.search("fracture left femur")[:10])
    assert "sequela" in FINDER.search("fracture left femur sequela")[0].title


@pytest.mark.parametrize("typed", ["", " ", "?!", "zzqqxx", "%", "'; drop", "<b>", "\x00", "漢字", "a" * 100_000])
def test_odd_words_find_little_and_break_nothing(typed: str) -> None:
    assert len(FINDER.search(typed)) <= LIMIT
    assert len(FINDER.search(typed, "ICD-10-PCS")) <= LIMIT


def test_a_hit_says_what_answered_and_what_is_on_the_chart() -> None:
    coding = folded(chart(), (), [done(0, "accept", "I10")], blind=False)
    hit = FINDER.search("htn", chart=chart(), coding=coding)[0]
    assert (hit.code, hit.term, hit.state, hit.billable) == ("I10", "HTN", "accepted", True)
    assert FINDER.search("essential (primary) hypertension")[0].term == ""


def test_a_quiet_note_on_sex_and_age() -> None:
    hit = FINDER.search("C61", chart=chart(sex="female"))[0]
    assert "male" in hit.doubt
    assert FINDER.search("C61", chart=replace(chart(), sex="male"))[0].doubt == ""


def test_the_way_through_the_hierarchy() -> None:
    chapters = FINDER.browse()
    assert chapters and len(chapters.children) >= 21 and not any(hit.billable for hit in chapters.children)
    place = FINDER.browse(CM, "I50.2")
    assert place and [hit.code for hit in place.above][-2:] == ["I30-I5A", "I50"] and not place.hit.billable
    assert [hit.code for hit in place.children] == ["I50.20", "I50.21", "I50.22", "I50.23"]
    notes = dict(place.notes)
    assert any("I11.0" in line for line in notes["Code first"])
    assert "Excludes1" in notes or "Excludes2" in notes
    seventh = FINDER.browse(CM, "S72.001A")
    assert seventh and ("A", "initial encounter for closed fracture") in seventh.sevenths
    assert FINDER.browse(CM, "X99.99Z") is None and FINDER.browse("ICD-10-PCS", "027034Z") is None


def test_a_site_brings_procedures_and_spanish(tmp_path: Path) -> None:
    for system, file, rows in (
        ("ICD-10-PCS", "2026.csv", "0DTJ4ZZ,Resection of Appendix,1\nXW033E5,Introduction of Remdesivir,1\n"),
        ("CIE-10-ES", "2024.csv", "K35.80,Apendicitis aguda no especificada,1\n"),
    ):
        (tmp_path / system).mkdir()
        (tmp_path / system / file).write_text("code,title,billable\n" + rows)
    finder = Finder(Tables(Shelf(tmp_path)))
    finder.warm()
    assert [hit.code for hit in finder.search("appendix resection", "ICD-10-PCS")] == ["0DTJ4ZZ"]
    assert [hit.code for hit in finder.search("xw033", "ICD-10-PCS")] == ["XW033E5"]
    assert finder.search("apendicitis aguda")[0].code == "K35.80"
    assert finder.tables.systems == ("CIE-10-ES", CM, "ICD-10-PCS")
