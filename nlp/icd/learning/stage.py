"""The stage that says which encounter to code next: `worklist`."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from contract.errors import ConfigError
from contract.work import Shard
from nlp.icd.chart import HIDDEN
from nlp.icd.learning import worklist
from nlp.icd.learning.frozen import SHARE, blind
from schemas.registry import table


@dataclass
class OrderWork:
    """Parameters in pipelines.yaml.

    blind_share: of encounters, coded with suggestions hidden. minutes_chart, words_a_minute, minutes_suggestion: how
    long a coder takes, our guess until a site puts its own.
    """

    blind_share: float = SHARE
    minutes_chart: float = worklist.Pace.chart
    words_a_minute: float = worklist.Pace.words_a_minute
    minutes_suggestion: float = worklist.Pace.suggestion
    _key: bytes = field(default=b"", init=False, repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.blind_share <= 1:
            raise ConfigError(f"worklist: blind_share is {self.blind_share}; a share from 0 to 1 was expected.")

    @property
    def reads(self) -> tuple[str, ...]:
        return ("notes", "codes", "labels")

    @property
    def writes(self) -> tuple[str, ...]:
        return ("worklist",)

    @property
    def unit(self) -> str:
        return "subject_id"

    @property
    def version(self) -> str:
        return "2"

    @property
    def releases(self) -> bool:
        return False

    def unlock(self, key: bytes) -> None:
        """The lake's key: nobody else can tell, or choose, which charts are blind."""
        self._key = key

    def open(self) -> None:
        """Nothing to load."""

    def run(self, shard: Shard) -> Shard:
        charts = _charts(shard["notes"]) if "notes" in shard else {}
        codes, done = _codes(shard.get("codes")), _done(shard.get("labels"))
        rows = [self._row(chart, codes.get(unit, _Codes()), _state(chart, done)) for unit, chart in charts.items()]
        return {"worklist": pa.Table.from_pylist(rows, schema=table("worklist").schema)}

    def _row(self, chart: "_Chart", codes: "_Codes", state: str) -> dict[str, Any]:
        gain = worklist.expected_gain(codes.scores)
        pace = worklist.Pace(self.minutes_chart, self.words_a_minute, self.minutes_suggestion)
        minutes = worklist.minutes(chart.words, codes.shown, pace)
        hidden = blind(chart.encounter_id, self.blind_share, self._key)
        return {
            "subject_id": chart.subject_id,
            "encounter_id": chart.encounter_id,
            "priority": 0.0 if state == worklist.DONE else worklist.priority(gain, minutes),
            "expected_gain": gain,
            "minutes": minutes,
            "blind": hidden,
            "state": state,
            "notes": chart.shown,
        }


@dataclass
class _Chart:
    subject_id: int
    encounter_id: str
    words: int = 0
    digest: Any = field(default_factory=hashlib.sha256, repr=False)

    @property
    def shown(self) -> str:
        return str(self.digest.hexdigest()[:16])


def _charts(notes: pa.Table) -> dict[str, _Chart]:
    found: dict[str, _Chart] = {}
    columns = ("subject_id", "encounter_id", "note_id", "text")
    for who, encounter, note, text in zip(*(notes[name].to_pylist() for name in columns), strict=True):
        unit = encounter or note
        chart = found.setdefault(unit, _Chart(who, unit))
        chart.words += len((text or "").split())
        chart.digest.update(f"{note}\n{text}\n".encode())
    return found


@dataclass
class _Codes:
    """Of one chart. `shown`: how many a coder has to answer; hidden ones take none of her minutes."""

    scores: list[float] = field(default_factory=list)
    shown: int = 0


def _codes(codes: pa.Table | None) -> dict[str, _Codes]:
    found: dict[str, _Codes] = defaultdict(_Codes)
    if codes is not None and len(codes):
        columns = (codes[name].to_pylist() for name in ("encounter_id", "score", "band"))
        for unit, score, band in zip(*columns, strict=True):
            found[unit].scores.append(score or 0.0)
            found[unit].shown += band != HIDDEN
    return found


def _done(labels: pa.Table | None) -> dict[str, str | None]:
    """Encounter -> digest of the notes that it was coded by."""
    if labels is None or not len(labels):
        return {}
    rows = labels.select(["task", "unit_id", "notes"]).to_pylist()
    return {row["unit_id"]: row["notes"] for row in rows if row["task"] == "icd"}


def _state(chart: _Chart, done: dict[str, str | None]) -> str:
    """A chart whose notes are not those that were coded is open again; where nobody said which, it stays done."""
    if chart.encounter_id not in done:
        return worklist.OPEN
    coded = done[chart.encounter_id]
    return worklist.REOPENED if coded and coded != chart.shown else worklist.DONE
