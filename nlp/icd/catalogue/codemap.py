"""From a code to codes or groups, from files that a site supplies: GEMs, groupers (CCS, CCSR), lists (CC, MCC).

| layout | looks like | who has it |
|---|---|---|
| CSV | two columns, named on the command line or by their usual names | GEMs, CCSR, CMS tables |
| JSON | `{"A000": "DIG001"}`, or lists of groups | groupers |
| groups | `1    Tuberculosis`, then lines of codes, indented | CCS, single level |
| list | one code a line, or first of a line | CC, MCC, POA exempt |
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from contract.errors import InputError
from nlp.icd.catalogue.files import dotted, lines

FROM = ("icd10cm", "icd9cm", "icd_9", "icd_10", "icd-10-cm code", "icd-9-cm code", "code")
TO = ("icd9cm", "icd10cm", "icd_10", "icd_9", "ccsr category 1", "ccs category", "group", "category", "level")
NOTHING = ("NODX", "NOPCS", "")
GROUP = re.compile(r"^(\d+)\s{2,}(\S.*)$")
MEMBERS = re.compile(r"^\s+[0-9A-Z. ]+$")
Pair = tuple[str, str]


@dataclass
class CodeMap:
    """`targets`: code -> what it becomes, in the order of the file; a code that becomes nothing is there, empty."""

    targets: Mapping[str, tuple[str, ...]] = field(repr=False)
    titles: Mapping[str, str] = field(default_factory=dict, repr=False)  # of groups, where the file says them

    def __getitem__(self, code: str) -> tuple[str, ...]:
        return self.targets.get(code, ())

    def __contains__(self, code: object) -> bool:
        return code in self.targets

    def __len__(self) -> int:
        return len(self.targets)

    @classmethod
    def file(cls, path: Path, system: str, to: str = "", columns: Sequence[str] = ()) -> "CodeMap":
        """`system` of the codes; `to`: system of what they become, nothing for groups; `columns`: from, to, of CSV."""
        text = lines(path)
        first = next((line for line in text if line.strip()), "")
        titles: dict[str, str] = {}
        if first.lstrip().startswith("{"):
            pairs = _json(path, "\n".join(text))
        elif "," in first or "\t" in first:
            pairs = _csv(path, text, columns)
        elif any(GROUP.match(line) for line in text):
            titles = {match[1]: match[2].strip() for line in text if (match := GROUP.match(line))}
            pairs = _groups(text)
        else:
            pairs = _list(path, text)
        return cls(_gathered(path, pairs, system, to), titles)


def _gathered(path: Path, pairs: Iterable[Pair], system: str, to: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for code, target in pairs:
        held = found.setdefault(dotted(code, system), {})
        plain = target.strip().strip("'\"").strip()
        if plain.upper() not in NOTHING:
            held[dotted(plain, to) if to else plain] = None
    if not found:
        raise InputError(
            f"{path.name} maps no code. Expected CSV with two columns, JSON, CCS groups or a list of codes."
        )
    return {code: tuple(targets) for code, targets in found.items()}


def _json(path: Path, text: str) -> Iterator[Pair]:
    try:
        said = orjson.loads(text)
    except ValueError as error:
        raise InputError(f"{path.name} is not JSON: {error}. Expected an object of codes and their groups.") from error
    for code, target in said.items():
        for each in target if isinstance(target, list) else [target]:
            yield code, str(each)


def _csv(path: Path, text: list[str], columns: Sequence[str]) -> Iterator[Pair]:
    first = next(line for line in text if line.strip())
    delimiter = "\t" if "\t" in first else ","
    rows = csv.reader(text, delimiter=delimiter)
    header = [name.strip().strip("'\"").lower() for name in next(rows)]
    source, target = _columns(path, header, columns)
    for row in rows:
        if not row:
            continue
        if len(row) <= max(source, target):
            raise InputError(f"{path.name}, line {rows.line_num} has {len(row)} cells, its header {len(header)}.")
        yield row[source], row[target]


def _columns(path: Path, header: list[str], columns: Sequence[str]) -> tuple[int, int]:
    wanted = [name.lower() for name in columns]
    source = next((name for name in header if name in (wanted[:1] or FROM)), None)
    target = next((name for name in header if name in (wanted[1:] or TO) and name != source), None)
    if source is None or target is None:
        raise InputError(
            f"{path.name} has the columns {', '.join(header)}; it is not clear which says the code and which what it "
            "becomes. Name both."
        )
    return header.index(source), header.index(target)


def _groups(text: list[str]) -> Iterator[Pair]:
    group = ""
    for line in text:
        match = GROUP.match(line)
        if match:
            group = match[1]
        elif group and MEMBERS.match(line):
            yield from ((code, group) for code in line.split())


def _list(path: Path, text: list[str]) -> Iterator[Pair]:
    for number, line in enumerate(text, start=1):
        if not line.strip():
            continue
        code = line.split()[0]
        if not re.fullmatch(r"[0-9A-Za-z.]{3,8}", code):
            raise InputError(f"{path.name}, line {number} does not begin with a code.")
        yield code, path.stem
