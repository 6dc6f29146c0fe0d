"""The labeller, report by report: negation, doubt, sides, grades, devices, priors, headings, advice."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from imaging.labeller.labelled import Labelled
from imaging.labeller.labeller import Labeller

CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))
LABELLER = Labeller()


def said(label: Labelled, wanted: list[str]) -> str:
    """In the words of the cases, as far as the case goes."""
    device = label.device
    parts = [label.finding, label.state, label.side or "-", label.severity or "-"]
    if device and wanted[0] != "device":
        parts = [f"device:{device.kind}", label.state, label.side or "-", device.position or "-", device.tip or "-"]
    return " ".join(parts[: len(wanted)])


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{kind}-{at}") for kind, cases in CASES.items() for at, case in enumerate(cases)]
)
def test_cases(case: dict[str, Any]) -> None:
    found = LABELLER.one(case["text"])
    for wanted in case["says"]:
        parts = wanted.split()
        assert wanted in [said(each, parts) for each in found], case["text"]
    here = {each.finding for each in found if each.state != "negated"}
    assert not here & set(case.get("silent", ())), case["text"]
    if case.get("only"):
        assert here == {wanted.split()[0] for wanted in case["says"] if "negated" not in wanted}, case["text"]


def test_spans_are_the_words_in_the_report() -> None:
    text = "Indication: cough.\nFindings: The heart is mildly enlarged. No effusion.\nImpression: Cardiomegaly."
    heart, effusion = (next(e for e in LABELLER.one(text) if e.finding == n) for n in ("cardiomegaly", "effusion"))
    assert [text[span.start : span.end] for span in heart.spans] == ["heart is mildly enlarged", "Cardiomegaly"]
    assert text[slice(*heart.spans[0].sentence)] == "The heart is mildly enlarged."
    assert [text[slice(*span.sentence)] for span in effusion.spans] == ["No effusion."]


def test_what_is_there_wins_and_is_named_once() -> None:
    found = LABELLER.one("No pneumothorax. Small left pneumothorax. Large left pneumothorax.")
    assert [(e.finding, e.state, e.side, e.severity, len(e.spans)) for e in found] == [
        ("pneumothorax", "present", "left", "severe", 2)
    ]


@pytest.mark.parametrize(
    "text",
    ["", " \n", "0" * 50, "opacity " * 5_000, "No " * 3_000 + "effusion", "|a|b|\n" * 500, "Los pulmones están libres.",
     "İ heart is enlarged İ", "left, " * 2_000 + "effusion"],
)  # fmt: skip
def test_odd_texts_are_read(text: str) -> None:
    for label in LABELLER.one(text):
        assert all(0 <= span.start < span.end <= len(text) for span in label.spans)


def test_nothing_is_lost_in_a_text_without_stops() -> None:
    found = LABELLER.one("Pulmonary edema " + "unremarkable words " * 2_000 + "left pneumothorax")
    assert {("edema", ""), ("pneumothorax", "left")} <= {(e.finding, e.side) for e in found if e.state == "present"}


def test_lines_in_capitals_broken_for_their_length_are_one_sentence() -> None:
    text = "THE HEART IS NOT ENLARGED AND THE LUNGS ARE CLEAR. THERE IS NO\nPNEUMOTHORAX.\nLEFT PICC\nSMALL EFFUSION"
    found = {each.finding: each.state for each in LABELLER.one(text)}
    assert found["pneumothorax"] == "negated"
    assert (found["device"], found["effusion"]) == ("present", "present")
    headed = "FINDINGS: NO CARDIOMEGALY. NO PLEURAL EFFUSION. NO ABNORMAL\nCALCIFICATION."
    assert {each.state for each in LABELLER.one(headed)} == {"negated"}


def test_remembered_sentences_change_nothing() -> None:
    texts = [case["text"] for cases in CASES.values() for case in cases]
    assert Labeller(0).label(texts) == Labeller(10).label(texts) == LABELLER.label(texts)
