"""What the published night says of every chart that may be worked on: worklist, encounters, how much was suggested."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from review.charts import stay
from review.charts.night import Night
from review.charts.stay import Stay

WORKLIST, ACCOUNT, ENCOUNTER = "phi/worklist", "phi/codes_account", "phi/fhir/Encounter"
LONGEST = 500  # characters of an id, or of a ward's name: an index takes no more than 2.7 kB
NUL = "\0"  # PostgreSQL keeps no text with it


@dataclass(frozen=True, slots=True)
class Listed:
    """Columns of table charts, as the night has them; `state`: open, done, reopened."""

    subject_id: int
    encounter_id: str
    priority: float
    gain: float
    minutes: float
    blind: bool
    state: str
    notes: str
    ward: str
    setting: str
    admitted: datetime | None
    discharged: datetime | None
    suggestions: int

    @property
    def key(self) -> tuple[int, str]:
        return self.subject_id, self.encounter_id


def tonight(night: Night) -> Iterator[list[Listed]]:
    """Shard by shard."""
    for shard in night.snapshot.shards(WORKLIST):
        rows = _rows(night.passing(WORKLIST, shard))
        accounts = {_key(row): row for row in _rows(night.passing(ACCOUNT, shard), COUNTED)}
        stays = _stays(night, shard)
        yield [_listed(row, accounts.get(_key(row), {}), stays.get(_key(row), Stay())) for row in rows if _sound(row)]


COUNTED = ("subject_id", "encounter_id", "setting", "pre_accept", "review")


def _rows(rows: pa.Table | None, columns: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    if rows is None:
        return []
    found: list[dict[str, Any]] = (rows.select(list(columns)) if columns else rows).to_pylist()
    return found


def _key(row: Mapping[str, Any]) -> tuple[int, str]:
    return row["subject_id"], row["encounter_id"]


def _sound(row: Mapping[str, Any]) -> bool:
    return bool(row["encounter_id"]) and NUL not in row["encounter_id"] and len(row["encounter_id"]) <= LONGEST


def _stays(night: Night, shard: str) -> dict[tuple[int, str], Stay]:
    places = night.places("phi")
    rows = _rows(night.passing(ENCOUNTER, shard))
    return {(row["subject_id"], row["id"]): stay.stay(row, places) for row in rows}


def _listed(row: Mapping[str, Any], account: Mapping[str, Any], when: Stay) -> Listed:
    return Listed(
        subject_id=row["subject_id"],
        encounter_id=row["encounter_id"],
        priority=row["priority"] or 0.0,
        gain=row["expected_gain"] or 0.0,
        minutes=row["minutes"] or 0.0,
        blind=bool(row["blind"]),
        state=row["state"] or "open",
        notes=row["notes"] or "",
        ward=when.ward.replace(NUL, "")[:LONGEST],
        setting=account.get("setting") or when.setting,
        admitted=when.admitted,
        discharged=when.discharged,
        suggestions=(account.get("pre_accept") or 0) + (account.get("review") or 0),
    )
