"""The bench of gaming: the specification is as frozen, says one thing in many ways, and its errors are errors."""

from pathlib import Path
from random import Random

import pytest

from bench.gaming import judged, read, written
from bench.gaming_cases import KINDS, Case, planted, same
from bench.gaming_grammar import SPEC, Fact, denied, frozen, names, sentence, spec, undenied
from bench.gaming_simulated import body
from bench.gaming_texts import edits, reworded, spoiler
from contract.errors import ConfigError, InputError

TEXTS = [
    "Small left pleural effusion. No pneumothorax. The heart is enlarged.\nLeft effusion.",
    "Right PICC tip in the SVC. No effusion. No pneumothorax.",
    "Mild edema. Nodule in the right upper lobe. No effusion.",
    "The lungs are clear. Calcified granuloma of the left lung.",
] * 3


def test_specification_and_edits_are_frozen() -> None:
    assert len(spec()["findings"]) > 20
    assert "left" in edits()["sides"]
    with pytest.raises(ConfigError, match="not as frozen"):
        frozen(SPEC, "0" * 64)


def test_every_finding_and_device_can_be_said() -> None:
    rng = Random(1)
    for name, entry in spec()["findings"].items():
        side = entry["sides"][0] if "sides" in entry else ""
        grade = "mild" if "grades" in entry else ""
        for _ in range(8):
            text = sentence(Fact(name, side=side, grade=grade, lobe=0 if entry.get("lobes") else -1), rng)
            assert "{" not in text
            assert not text[0].islower()
            assert text.endswith(".")
    for name in spec()["devices"]:
        assert "{" not in sentence(Fact(name, side="left", position="gone"), rng)
    assert {name for group in names()["groups"] for name in group} <= set(spec()["findings"])


def test_denials_lose_their_word() -> None:
    facts = [Fact("effusion", stated=False), Fact("pneumothorax", stated=False)]
    one, other = (denied(facts, Random(3), deleted=deleted) for deleted in (False, True))
    assert one != other
    assert " no " not in f" {undenied(facts[0], Random(1)).lower()} "


def test_planted_errors_and_rewordings() -> None:
    cases = list(planted(30, 1))
    assert [case.kind for case in cases[:6]] == list(KINDS)
    assert all(case.reference != case.draft and case.findings for case in cases)
    assert cases == list(planted(30, 1))
    tally = judged([*cases, *same(30, 1)])
    assert tally.found_share >= 0.9
    assert tally.alarmed <= 1


def test_what_is_missed_and_what_is_a_false_alarm_counts() -> None:
    tally = judged([
        Case("Left effusion.", "Left effusion.", "side", frozenset({"side"})),
        Case("Left effusion.", "Right effusion.", "side", frozenset({"side"}), frozenset({"nodule"})),
        Case("Left effusion.", "Right effusion.", "side", frozenset({"side"})),
        Case("Left effusion.", "Right effusion."),
    ])  # fmt: skip
    assert (tally.planted["side"], tally.found["side"]) == (3, 1)
    assert (tally.same, tally.alarmed) == (1, 1)


def test_reports_are_spoiled_word_by_word() -> None:
    source, rng = spoiler(TEXTS), Random(1)
    assert source.spoiled(TEXTS[0], "negation", rng) == TEXTS[0].replace("No pneumothorax", "Pneumothorax")
    swapped = source.spoiled(TEXTS[0], "side", rng)
    assert swapped is not None
    assert "right" in swapped.lower()
    assert source.spoiled(TEXTS[0], "severity", rng) == TEXTS[0].replace("Small", "Large")
    assert source.spoiled(TEXTS[1], "device", rng) == "No effusion. No pneumothorax. The PICC has been removed."
    assert source.spoiled(TEXTS[2], "dropped", Random(2)) in {
        "Mild edema. No effusion.", "Nodule in the right upper lobe. No effusion.",
    }  # fmt: skip
    assert source.spoiled("Clear.", "side", rng) is None


def test_a_report_said_otherwise_is_no_error() -> None:
    assert {reworded(TEXTS[0], Random(seed)) for seed in range(9)} != {TEXTS[0]}
    found, sides = written(TEXTS, 12, 1)
    assert found.alarmed == 0
    assert sides.found["side"] == sides.planted["side"] == 12


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_text("uid,findings,impression\n1,Clear.,Normal.\n2,,\n")
    assert read(path) == ["Clear.\nNormal."]
    path.write_text("uid,text\n1,Clear.\n")
    with pytest.raises(InputError, match="no column findings, impression"):
        read(path)
    assert body("FINDINGS: Clear\nlungs.\nImpression:\nNormal.\n\nDr") == "Clear lungs.\nNormal."
