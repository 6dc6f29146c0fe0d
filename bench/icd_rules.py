"""Do the coding rules say what the guidelines say: cases per rule, each with its section, frozen by digest."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.json_line import command, finish, say
from contract.errors import ConfigError
from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.rules.book import rules
from nlp.icd.rules.case import Coded, Patient, Stay
from nlp.icd.rules.established import Mention, established
from nlp.icd.rules.rules import check, edition_of

KEYS = ("cases", "right")
CASES = Path(__file__).with_name("icd_rules_cases.yaml")
FROZEN = "a3293867d0809b0a15560ed054b93a2d7ae9251af3b1da244b82c04d86617790"
# Two cases were mended after the first run, because they themselves were wrong: Z87.891 stands in an Excludes1 note of
# F17, not Excludes2; the stage in L89.150 is one of the exceptions of I.B.14. No other expectation was changed.
LEAST = 3  # cases of each kind a rule must have
Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """One case: `expected` and what was `said` of it, as text; right where they agree."""

    rule: str
    section: str
    what: str
    expected: str
    said: str

    @property
    def right(self) -> bool:
        return self.expected == self.said


def cases(file: Path = CASES, digest: str = FROZEN) -> Fields:
    content = file.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise ConfigError(
            f"{file.name} is not the frozen specification: its sha256 is {found[:12]}..., expected {digest[:12]}... "
            "Restore it; a case that is meant to change is recorded in bench/icd_rules.py with its reason."
        )
    said: Fields = yaml.safe_load(content)
    return said


def told(said: Fields, table: Catalogue) -> Iterator[Told]:
    for rule, group in said["codes"].items():
        for kind, fields in _cases(group):
            yield Told(rule, _section(group, fields), f"{fields}", kind, _codes(rule, kind, fields, table))
    for rule, group in said["mentions"].items():
        for kind, fields in _cases(group):
            yield Told(rule, _section(group, fields), f"{fields}", kind, _mention(rule, group["action"], fields))
    for rule, group in said["days"].items():
        for fields in group["cases"]:
            yield Told(rule, group["section"], f"{fields}", fields["edition"], _edition(fields))


def _cases(group: Fields) -> Iterator[tuple[str, Fields]]:
    for kind in ("found", "silent"):
        yield from ((kind, fields) for fields in group[kind])


def _section(group: Fields, fields: Fields) -> str:
    return str(fields.get("section", group["section"]))


def _codes(rule: str, kind: str, fields: Fields, table: Catalogue) -> str:
    """found where the rule speaks of the code it should speak of; a case that is to be silent asks for any code."""
    names: Sequence[str] = fields["codes"]
    marks = fields.get("poa", [None] * len(names))
    codes = [
        Coded(code, number == 0 and fields.get("principal", False), mark)
        for number, (code, mark) in enumerate(zip(names, marks, strict=True))
    ]
    stay = Stay(fields.get("setting", "inpatient"), country=fields.get("country", "US"))
    used = Catalogue.unknown("CIE-10-ES") if fields.get("open") else table
    messages = check(codes, Patient(fields.get("sex", ""), fields.get("age")), stay, used)
    at = fields.get("at", names[0])
    spoken = {message.code for message in messages if message.rule == rule}
    wanted = spoken & ({at} if isinstance(at, str) else set(at)) if kind == "found" else spoken
    return "found" if wanted else "silent"


def _mention(rule: str, action: str, fields: Fields) -> str:
    verdict = established(
        Mention(
            fields["code"],
            assertion=fields.get("said", "present"),
            uncertain=fields.get("unsure", ""),
            setting=fields.get("setting", ""),
            author_role=fields.get("author", ""),
            note_kind=fields.get("note", ""),
            country=fields.get("country", "US"),
        )
    )
    if verdict.rule != rule:
        return "silent"
    instead = fields.get("instead", list(verdict.instead))
    return "found" if verdict.action == action and list(verdict.instead) == instead else f"{verdict}"


def _edition(fields: Fields) -> str:
    found = edition_of(Stay(fields["setting"], fields.get("discharge"), fields.get("service")))
    return f"{found.system} {found.name}" if found else ""


def complete(every: Sequence[Told]) -> None:
    """Every rule of rules.yaml has its cases."""
    counted = Counter((one.rule, one.expected) for one in every if one.expected in ("found", "silent"))
    judged = {one.rule for one in every}
    few = [rule for rule in rules() if rule != "edition" for kind in ("found", "silent") if counted[rule, kind] < LEAST]
    if few or judged != set(rules()):
        raise ConfigError(
            f"{CASES.name} has fewer than {LEAST} cases of a kind for {', '.join(dict.fromkeys(few)) or 'none'}; rules "
            f"without cases: {', '.join(set(rules()) - judged) or 'none'}. Write them from the guideline."
        )


def main() -> None:
    """Cases of every coding rule and the share that is right; needs no data.

    Example: python -m bench.icd_rules
    """
    every = list(told(cases(), Catalogue.icd10cm()))
    complete(every)
    for one in every:
        if not one.right:
            say(f"  wrong: {one.rule} ({one.section}) {one.what}: {one.said or 'none'}, not {one.expected or 'none'}")
    unread = [name for name, rule in rules().items() if not rule.verified]
    say(f"{len(rules())} rules; section from memory, in part or whole: {', '.join(unread)}")
    finish(KEYS, {"cases": len(every), "right": sum(one.right for one in every)})


if __name__ == "__main__":
    command(main)
