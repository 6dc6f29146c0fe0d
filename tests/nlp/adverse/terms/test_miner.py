"""TermMiner: causes are related, reasons to give a drug are not; long and odd texts are borne."""

from pathlib import Path

import pytest
import yaml

from nlp.adverse.mention import Miner
from nlp.adverse.terms.miner import TermMiner

CASES = yaml.safe_load(Path(__file__).with_name("relations.yaml").read_text(encoding="utf-8"))
MINER = TermMiner()


def pairs(text: str) -> list[tuple[str, str]]:
    (mined,) = MINER.mine([text])
    return [(text[r.drug.start : r.drug.end], text[r.effect.start : r.effect.end]) for r in mined.relations]


@pytest.mark.parametrize(("drug", "effect", "text"), CASES["related"])
def test_a_cause_is_related(drug: str, effect: str, text: str) -> None:
    assert (drug, effect) in pairs(text)


@pytest.mark.parametrize("text", CASES["unrelated"])
def test_a_reason_is_not(text: str) -> None:
    assert pairs(text) == []


def test_the_drug_that_took_over_is_not_blamed() -> None:
    assert pairs("Patient was switched from lisinopril to losartan due to cough.") == [("lisinopril", "cough")]


def test_a_drug_that_no_table_holds() -> None:
    assert pairs("Neutropenia caused by quazotinib.") == [("quazotinib", "Neutropenia")]


def test_relations_are_of_the_mentions() -> None:
    (mined,) = MINER.mine(["Rash due to amoxicillin. Cough after lisinopril."])
    assert {r.drug for r in mined.relations} | {r.effect for r in mined.relations} == set(mined.mentions)
    assert list(mined.mentions) == sorted(mined.mentions, key=lambda m: m.start)
    assert all(0 < r.score <= 1 for r in mined.relations)


def test_long_sentences_and_odd_texts() -> None:
    long = "rash due to lisinopril and cough with aspirin " * 700
    texts = ["", "\n\n", "| a | b |", long, "word " * 5000 + "rash due to lisinopril", "皮疹 lisinopril"]
    mined = MINER.mine(texts)
    assert len(mined) == len(texts)
    assert len(mined[3].relations) >= 700
    assert len(mined[4].relations) == 1


def test_it_is_a_miner() -> None:
    miner: Miner = MINER
    assert miner.name == "terms" and set(miner.languages) == {"en", "es"}
