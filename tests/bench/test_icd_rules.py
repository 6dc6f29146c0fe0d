"""The cases of the coding rules: frozen, whole, all right, and able to be wrong."""

from pathlib import Path

import pytest

from bench import icd_rules
from contract.errors import ConfigError
from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.rules import rules


def test_every_case_is_right() -> None:
    every = list(icd_rules.told(icd_rules.cases(), Catalogue.icd10cm()))
    icd_rules.complete(every)
    assert len(every) > 250
    assert [one for one in every if not one.right] == []


def test_a_rule_that_says_nothing_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rules.CHECKS, "excludes1", lambda _case: iter(()))
    wrong = [one for one in icd_rules.told(icd_rules.cases(), Catalogue.icd10cm()) if not one.right]
    assert {one.rule for one in wrong} == {"excludes1"} and len(wrong) >= icd_rules.LEAST


def test_cases_that_were_touched_or_are_too_few_are_refused(tmp_path: Path) -> None:
    touched = tmp_path / "cases.yaml"
    touched.write_bytes(icd_rules.CASES.read_bytes() + b"\n")
    with pytest.raises(ConfigError, match="frozen"):
        icd_rules.cases(touched)
    every = list(icd_rules.told(icd_rules.cases(), Catalogue.icd10cm()))
    with pytest.raises(ConfigError, match="laterality"):
        icd_rules.complete([one for one in every if one.rule != "laterality"])
