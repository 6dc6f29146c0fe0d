"""Whether every sentence of a draft has a finding, a score and a source, and every prior study it speaks of exists.

Judged from what stands in a draft or in the table reports, by the labeller and a list of words of its own: nothing of
how drafts are made is asked.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from contract.errors import ConfigError
from contract.work import Shard, Verdict, Withheld
from imaging.draft import GENERATED, NORMAL, TEMPLATE, Draft
from imaging.finding import DEVICE
from imaging.labeller.knowledge import findings, load, spelled
from imaging.labeller.labeller import Labeller
from nlp.text.data_files import trie

WORDS = Path(__file__).with_name("provenance.yaml")
SOURCE = re.compile(rf"(?:{TEMPLATE}|{GENERATED}|phrase:\w+)")
UNSUPPORTED, FALSE_PRIOR = "unsupported", "false-prior"
FAULTS, FAULT = "faults", pa.schema([("study_id", pa.string()), ("subject_id", pa.int64()), ("rule", pa.string())])
JUDGED, JUDGED_ROWS = "judged", pa.schema([("sentences", pa.int64())])


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence as it stands in a draft or in the table."""

    text: str
    finding: str
    score: float | None
    source: str
    prior: str


@dataclass(frozen=True, slots=True)
class Faults:
    """Sentences with a fault, and how many were judged; none is wanted."""

    unsupported: int
    false_priors: int
    sentences: int


def of_drafts(drafts: Iterable[Draft], priors: Sequence[Collection[str]] | None = None) -> Faults:
    """`priors`: of each draft the ids of the person's earlier studies; without, a prior that is named exists."""
    counted: Counter[str] = Counter()
    total = 0
    for at, draft in enumerate(drafts):
        lines = [Line(s.text, s.finding, s.score, s.source, s.prior) for s in draft.sentences]
        counted.update(faults(lines, {each.name for each in draft.findings}, None if priors is None else priors[at]))
        total += len(lines)
    return Faults(counted[UNSUPPORTED], counted[FALSE_PRIOR], total)


def of_reports(reports: pa.Table, account: pa.Table | None = None) -> Faults:
    """Rows of the table reports, whole persons; `account`: their reports_account, which names studies too."""
    counted = Counter(rule for _, _, rule in _found(reports, account))
    return Faults(counted[UNSUPPORTED], counted[FALSE_PRIOR], sum(len(each or ()) for each in
                  reports["sentences"].to_pylist()))  # fmt: skip


def faults(lines: Sequence[Line], present: Collection[str], priors: Collection[str] | None) -> list[str]:
    """One entry a fault: at most one of either kind a sentence."""
    shown = {*present, *(up for name in present for up in _implied().get(name, ()))}
    found = []
    for line in lines:
        if not _stands(line) or not _says(line, shown):
            found.append(UNSUPPORTED)
        named = bool(line.prior)
        if named != speaks_of_prior(line.text) or (named and not (priors is None or line.prior in priors)):
            found.append(FALSE_PRIOR)
    return found


@dataclass
class Provenance:
    """The nightly check. Rows of reports with a fault are withheld. `root`: open or phi."""

    root: str = "open"

    def __post_init__(self) -> None:
        if self.root not in {"open", "phi"}:
            raise ConfigError(f"provenance: root is {self.root!r}, expected open or phi.")

    @property
    def reads(self) -> tuple[str, ...]:
        prefix = "phi/" if self.root == "phi" else ""
        return (f"{prefix}reports", f"{prefix}reports_account")

    def partial(self, shard: Shard) -> Shard:
        reports, account = (shard.get(name) for name in self.reads)
        if reports is None or not len(reports):
            return {FAULTS: FAULT.empty_table(), JUDGED: JUDGED_ROWS.empty_table()}
        rows = [dict(zip(FAULT.names, each, strict=True)) for each in _found(reports, account)]
        many = sum(len(each or ()) for each in reports["sentences"].to_pylist())
        return {
            FAULTS: pa.Table.from_pylist(rows, FAULT),
            JUDGED: pa.Table.from_pylist([{"sentences": many}], JUDGED_ROWS),
        }

    def verdict(self, partials: Iterable[Shard]) -> Verdict:
        rows: list[dict[str, Any]] = []
        many = 0
        for part in partials:
            rows += part[FAULTS].to_pylist()
            many += sum(part[JUDGED]["sentences"].to_pylist())
        counted = Counter(row["rule"] for row in rows)
        held = {(row["study_id"], row["subject_id"]): row["rule"] for row in rows}
        line = (
            f"{many} sentences of draft reports: {counted[UNSUPPORTED]} without finding, score or source, "
            f"{counted[FALSE_PRIOR]} of a prior study that does not exist; expected none, {len(held)} drafts withheld."
        )
        withheld = tuple(Withheld(self.reads[0], "study_id", study, rule, subject_id=subject)
                         for (study, subject), rule in held.items())  # fmt: skip
        return Verdict(True, (line,), withheld)


def _found(reports: pa.Table, account: pa.Table | None) -> Iterable[tuple[str, int, str]]:
    rows = reports.select(["study_id", "subject_id", "time", "text", "findings", "sentences"]).to_pylist()
    times = {(row["subject_id"], row["study_id"]): row["time"] for row in rows}
    named = {} if account is None else dict.fromkeys(
        zip(account["subject_id"].to_pylist(), account["study_id"].to_pylist(), strict=True))  # fmt: skip
    for row in rows:
        lines = [_line(each) for each in row["sentences"] or ()]
        known = {line.prior for line in lines if line.prior and _before(row, line.prior, {**named, **times})}
        present = {each["finding"] for each in row["findings"] or () if each["state"] == "present"}
        rest = " ".join(line.text for line in lines) != " ".join((row["text"] or "").split())
        for rule in [*faults(lines, present, known), *([UNSUPPORTED] if rest else ())]:
            yield row["study_id"], row["subject_id"], rule


def _line(said: Mapping[str, Any]) -> Line:
    return Line(said["text"] or "", said["finding"] or "", said["score"], said["source"] or "",
                said["prior_study_id"] or "")  # fmt: skip


def _before(row: Mapping[str, Any], prior: str, times: Mapping[tuple[int, str], Any]) -> bool:
    """Of the same person, another study, and not later as far as times are known."""
    key = (row["subject_id"], prior)
    then, now = times.get(key), row["time"]
    return key in times and prior != row["study_id"] and (then is None or now is None or then < now)


def _stands(line: Line) -> bool:
    """A finding, a score that is a probability above 0, and a source."""
    return bool(line.finding and line.score is not None and 0 < line.score <= 1 and SOURCE.fullmatch(line.source))


def _says(line: Line, shown: Collection[str]) -> bool:
    """It says its finding, nothing that the study does not show, and denies nothing that it does."""
    states = dict(_read(line.text))
    normal = line.finding == NORMAL and set(states.values()) == {"negated"}
    wanted = {name: "present" if name in shown else "negated" for name in states}
    return (normal or line.finding in states) and states == wanted


@lru_cache(maxsize=50_000)
def _read(text: str) -> tuple[tuple[str, str], ...]:
    labels = _labeller().one(text)
    return tuple((label.device.kind if label.device and label.device.kind != "other" else label.finding, label.state)
                 for label in labels)  # fmt: skip


@lru_cache(maxsize=1)
def _labeller() -> Labeller:
    return Labeller(remembered=0)


@lru_cache(maxsize=1)
def _implied() -> dict[str, tuple[str, ...]]:
    kinds = dict.fromkeys(load("devices")["kinds"], (DEVICE,))
    return {**{name: each.implies for name, each in findings().items()}, **kinds}


def speaks_of_prior(text: str) -> bool:
    words = _words()
    return words["prior"].search(words["other"].sub("", text.lower())) is not None


@lru_cache(maxsize=1)
def _words() -> dict[str, re.Pattern[str]]:
    said = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return {name: re.compile(rf"(?<!\w)(?:{trie(sorted(spelled(each)))})(?!\w)") for name, each in said.items()}
