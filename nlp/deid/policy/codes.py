"""Which codes are public: a code system known to all, and a code that looks like one of it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from nlp.deid.policy import knowledge
from nlp.deid.policy.units import is_unit


class Verdict(IntEnum):
    NO = 0
    YES = 1
    READ = 2  # a word of a public system: the note layers read it before it passes


@dataclass
class Systems:
    """Public code systems, those of a policy among them."""

    own: Mapping[str, Any] = field(default_factory=dict)
    _judged: dict[tuple[str, str], Verdict] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        said = {**knowledge.read("systems")["systems"], **self.own}
        self._known = {url: _judge(rule) for url, rule in said.items()}
        self._families = [(url, _judge(rule)) for url, rule in knowledge.read("systems")["families"].items()]

    def __iter__(self) -> Any:
        return iter(self._known)

    def judge(self, system: str | None, code: str | None) -> Verdict:
        """Without system, and of a system nobody knows, no code is public."""
        if system is None or code is None:
            return Verdict.NO
        key = (system, code)
        if key not in self._judged:
            rule = self._rule(system)
            self._judged[key] = rule(code) if rule else Verdict.NO
        return self._judged[key]

    def public(self, system: str) -> bool:
        return self._rule(system) is not None

    def exact(self, system: str) -> bool:
        """Named itself, not only by how its URL begins."""
        return system in self._known

    def _rule(self, system: str) -> Callable[[str], Verdict] | None:
        found = self._known.get(system)
        if found is None and re.fullmatch(r"[\w:/.-]{1,80}", system):
            tails = ((system.removeprefix(url), rule) for url, rule in self._families if system.startswith(url))
            found = next(
                (rule for tail, rule in tails if re.fullmatch(r"(v[23]-)?[A-Za-z0-9-]{1,40}(/[\w-]+){0,3}", tail)), None
            )
        return found


def _judge(rule: Mapping[str, Any]) -> Callable[[str], Verdict]:
    shape = re.compile(rule["shape"]) if "shape" in rule else None
    codes = frozenset(map(str, rule["codes"])) if "codes" in rule else None
    check = CHECKS[rule["check"]] if "check" in rule else None
    good = Verdict.READ if rule.get("read") else Verdict.YES

    def judge(code: str) -> Verdict:
        fits = (not shape or shape.fullmatch(code)) and (codes is None or code in codes) and (not check or check(code))
        return good if fits else Verdict.NO

    return judge


def loinc(code: str) -> bool:
    """Luhn's check digit. Answers, parts, groups and lists (LA, LP ...) count theirs in another way, and are let be."""
    digits, _, check = code.partition("-")
    if not digits.isdigit():
        return True
    doubled = "".join(str(int(d) * 2) if place % 2 == 0 else d for place, d in enumerate(reversed(digits)))
    return check.isdigit() and (10 - sum(map(int, doubled)) % 10) % 10 == int(check)


# fmt: off
D = ("0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
     "5987604321", "6598710432", "7659821043", "8765932104", "9876543210")
P = ("0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258")
# fmt: on


def verhoeff(code: str) -> bool:
    """Of SNOMED CT: the dihedral check digit, and a partition that holds concepts, descriptions or relationships."""
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = int(D[check][int(P[place % 8][int(digit)])])
    return check == 0 and code[-3:-1] in {"00", "01", "02", "10", "11", "12"}


CHECKS: dict[str, Callable[[str], bool]] = {"loinc": loinc, "verhoeff": verhoeff, "unit": is_unit}
