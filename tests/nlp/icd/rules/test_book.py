"""rules.yaml and facts.yaml are whole: every rule is checked, every code in them exists, the page shows them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.catalogue.references import named
from nlp.icd.rules import established
from nlp.icd.rules.book import FACTS, Rule, rules
from nlp.icd.rules.rules import CHECKS

ROOT = Path(__file__).parents[4]
PAGE = ROOT / "docs" / "icd-rules.md"


def test_every_rule_is_checked_somewhere() -> None:
    source = Path(established.__file__).read_text(encoding="utf-8")
    spoken = set(re.findall(r'_said\(\s*"[a-z-]+", "([a-z-]+)"', source))
    assert set(CHECKS) | spoken | {"edition"} == set(rules())
    assert not set(CHECKS) & spoken


def test_rules_are_whole() -> None:
    for rule in rules().values():
        assert rule.severity in ("error", "warning"), rule.id
        assert rule.what.endswith(".") and rule.section, rule.id
        assert set(rule.countries) <= {"any", "US"}, rule.id
        assert set(rule.settings) <= {"inpatient", "outpatient"}, rule.id
    assert [name for name, rule in rules().items() if rule.severity == "error"] == ["exists", "billable"]


def test_a_rule_holds_in_its_country_setting_and_editions() -> None:
    rule = Rule("x", "warning", "x.", "x", ("US",), ("inpatient",), since="2020", until="2022-april")
    assert rule.holds("US", "inpatient", "2020") and rule.holds("US", "inpatient", "2022-april")
    assert not rule.holds("ES", "inpatient", "2021")
    assert not rule.holds("US", "unknown", "2021")
    assert not rule.holds("US", "inpatient", "2019") and not rule.holds("US", "inpatient", "2023")


def texts(said: Any) -> Iterator[str]:
    if isinstance(said, dict):
        for key, value in said.items():
            yield str(key)
            yield from texts(value)
    elif isinstance(said, list):
        for value in said:
            yield from texts(value)
    else:
        yield str(said)


def test_codes_of_the_facts_exist() -> None:
    table = Catalogue.icd10cm()
    ends = {end for text in texts(FACTS) for each in named(text) for end in (each.first, each.last)}
    assert len(ends) > 200
    assert sorted(end for end in ends if not table.knows(end)) == []


def row(rule: Rule) -> str:
    where = "anywhere" if rule.countries == ("any",) else ", ".join(rule.countries)
    where += f", {', '.join(rule.settings)}" if rule.settings else ""
    read = "yes" if rule.verified else "no"
    return f"| {rule.id} | {rule.severity} | {rule.what} | {rule.section} | {where} | {read} |"


def test_the_page_shows_every_rule() -> None:
    page = PAGE.read_text(encoding="utf-8").splitlines()
    assert [row(rule) for rule in rules().values() if row(rule) not in page] == []
    assert len([line for line in page if re.match(r"\| [a-z0-9-]+ \| (error|warning) \|", line)]) == len(rules())
