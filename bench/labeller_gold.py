"""Reports with manual MeSH labels, which of the labels mean which finding, and the words of the simple baseline."""

import csv
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from contract.errors import InputError
from eval.findings import Label
from imaging.labeller.knowledge import findings, load, spelled
from nlp.text.data_files import trie

MAPPING = Path(__file__).with_name("labeller_findings.yaml")
SIDES = {"left": "left", "right": "right", "bilateral": "both"}
GRADES = {
    "borderline": "mild",
    "small": "mild",
    "mild": "mild",
    "moderate": "moderate",
    "severe": "severe",
    "large": "severe",
}
COLUMNS = ("uid", "MeSH", "findings", "impression")


@dataclass(frozen=True, slots=True)
class Report:
    uid: str
    text: str  # findings and impression; the indication is not the radiologist's finding
    mesh: tuple[tuple[str, ...], ...]  # heading and qualifiers, in small letters


@dataclass(frozen=True, slots=True)
class Finding:
    mesh: tuple[tuple[str, ...], ...]  # a heading, or a heading with a qualifier that it must have
    without: frozenset[str]  # qualifiers that make a label mean something else
    findings: frozenset[str]  # of the labeller

    @property
    def sided(self) -> bool:
        known = findings()
        return any(name not in known or known[name].sided for name in self.findings)

    def marked(self, labels: tuple[tuple[str, ...], ...]) -> bool:
        return any(self._means(label) for label in labels)

    def label(self, name: str, labels: tuple[tuple[str, ...], ...]) -> Label:
        """With the side and the severity that the qualifiers name."""
        said = {word for label in labels if self._means(label) for word in label[1:]}
        sides = {SIDES[word] for word in said if word in SIDES and self.sided}
        grades = {GRADES[word] for word in said if word in GRADES}
        side = "both" if len(sides) > 1 else next(iter(sides), "")
        return Label(name, side, next((grade for grade in ("severe", "moderate", "mild") if grade in grades), ""))

    def _means(self, label: tuple[str, ...]) -> bool:
        return not self.without.intersection(label[1:]) and any(
            label[0] == wanted[0] and set(wanted[1:]) <= set(label[1:]) for wanted in self.mesh
        )


def known() -> dict[str, Finding]:
    said = yaml.safe_load(MAPPING.read_text(encoding="utf-8"))
    return {
        name: Finding(
            tuple(_label(each) for each in entry["mesh"]),
            frozenset(entry.get("without", ())),
            frozenset(entry["findings"]),
        )
        for name, entry in said.items()
    }


def read(path: Path) -> list[Report]:
    """In the order of the file. A report without text stays: nothing is found in it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            raise InputError(
                f"{path.name}: no column {', '.join(missing)}; found {', '.join(rows.fieldnames or ())}. "
                f"Expected the layout of Open-i's reports: {', '.join(COLUMNS)}."
            )
        found = [_report(row) for row in rows]
    if not found:
        raise InputError(f"{path.name}: no report in it; expected one row a report below the heading.")
    return found


def half(uid: str) -> str:
    """The half of a report: `open` ones were read while the rules were written, `shut` ones by nobody."""
    return "open" if hashlib.sha256(uid.encode()).digest()[-1] % 2 == 0 else "shut"


def words(known: Mapping[str, Finding]) -> dict[str, re.Pattern[str]]:
    """The baseline: any word of the finding anywhere, negated or not."""
    every = findings()
    terms = {
        name: {term for each in finding.findings if each in every for term in every[each].terms}
        for name, finding in known.items()
    }
    terms["device"] = _devices()
    return {name: re.compile(rf"(?<!\w)(?:{trie(sorted(each))})(?!\w)", re.I) for name, each in terms.items()}


def _devices() -> set[str]:
    return {term for written in load("devices")["kinds"].values() for term in spelled(written)}


def _report(row: dict[str, str]) -> Report:
    text = "\n".join(part for part in (row["findings"], row["impression"]) if part)
    labels = tuple(_label(each) for each in (row["MeSH"] or "").split(";") if each.strip())
    return Report(row["uid"], text, labels)


def _label(written: str) -> tuple[str, ...]:
    return tuple(" ".join(part.lower().split()) for part in written.split("/"))
