"""Persons who were forgotten stay out of all nights to come; who opted out passes the gate no more."""

import pytest

from runner.forgetting import forget as forgetting
from runner.forgetting import opting
from runner.forgetting.person import Asked
from tests.runner import anna
from tests.runner.anna import ANNA, BERT, MRN, act, rows_of, traces
from tests.runner.hospital import Hospital, condition, patient


@pytest.fixture
def two_sources(hospital: Hospital) -> Hospital:
    return anna.two_sources(hospital)


@pytest.mark.parametrize("delivery", ["delta", "full"])
def test_who_was_forgotten_does_not_come_back(hospital: Hospital, delivery: str) -> None:
    hospital.delivery = delivery
    rows = [row for key in (ANNA, BERT) for row in rows_of(key)]
    all_of = [
        patient("fhir-anna", mrn=MRN),
        patient("fhir-bert"),
        condition("cond-anna-1", "fhir-anna"),
        condition("cond-bert-1", "fhir-bert"),
    ]
    hospital.csv("0", *rows)
    hospital.fhir("0", *all_of)
    hospital.night()
    act(hospital, ANNA, "fhir-anna")
    hospital.csv("0", *rows)
    hospital.fhir("0", *all_of)
    manifest = hospital.night()
    assert manifest["status"] == "published"
    assert manifest["barred"] == 4 + 2
    assert all(line["holds"] for line in manifest["balance"])
    assert traces(hospital.lake.root, ANNA, "fhir-anna", "cond-anna-1", MRN) == []
    assert hospital.ids("Condition") != []


def test_nor_under_another_key_and_then_that_one(two_sources: Hospital) -> None:
    act(two_sources, "fhir-anna")
    two_sources.fhir("1", patient("anna-anew", mrn=MRN), condition("cond-anew", "anna-anew"))
    assert two_sources.night()["barred"] == 2
    two_sources.fhir("2", condition("cond-later", "anna-anew"))
    assert two_sources.night()["barred"] == 1
    assert traces(two_sources.lake.root, "anna-anew", "cond-anew", "cond-later") == []
    assert len(forgetting.barred(two_sources.lake.root)) == 1


def opted(hospital: Hospital, name: str, *, undo: bool = False) -> list[bool]:
    opting.opt(hospital.lake.root, [Asked(name)], undo=undo)
    hospital.night()
    rows = hospital.table("phi/identities").to_pylist()
    return [row["opt_out"] for row in rows if row["key"] == name]


def test_who_opts_out_passes_the_gate_no_more(hospital: Hospital) -> None:
    hospital.steps["deid"] = {"uses": "nlp.deid.stage:Deidentify"}
    hospital.fhir(
        "0",
        *(patient(f"fhir-{n}") for n in ("anna", "bert")),
        condition("c1", "fhir-anna"),
        condition("c2", "fhir-bert"),
    )
    hospital.night()
    assert len(hospital.table("fhir/Condition")) == 2
    assert opted(hospital, "fhir-anna") == [True]
    assert len(hospital.table("fhir/Condition")) == 1
    assert len(hospital.table("phi/fhir/Condition")) == 2
    assert opted(hospital, "fhir-anna", undo=True) == [False]
    assert len(hospital.table("fhir/Condition")) == 2
