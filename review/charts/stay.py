"""What an Encounter says of a stay: its setting, its ward, when it began and ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nlp.icd.encounter import INPATIENT, OUTPATIENT

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Stay:
    setting: str = UNKNOWN
    ward: str = ""
    admitted: datetime | None = None
    discharged: datetime | None = None


def stay(row: Mapping[str, Any], places: Mapping[str, str]) -> Stay:
    """`row`: of fhir/Encounter. `places`: names of what it refers to."""
    period = row.get("period") or {}
    code = (row.get("class") or {}).get("code")
    setting = "inpatient" if code in INPATIENT else "outpatient" if code in OUTPATIENT else UNKNOWN
    return Stay(setting, _ward(row, places), moment(period.get("start")), moment(period.get("end")))


def _ward(row: Mapping[str, Any], places: Mapping[str, str]) -> str:
    """The last place of the stay that has a name; else the house."""
    locations = [each.get("location") or {} for each in row.get("location") or ()]
    for said in (*reversed(locations), row.get("serviceProvider") or {}):
        name = places.get(said.get("reference") or "") or (places and said.get("display"))
        if name:
            return str(name)
    return ""


def moment(said: str | None) -> datetime | None:
    """A FHIR date or dateTime as UTC without zone; of a partial one the start; None where it cannot be read."""
    if not said:
        return None
    try:
        found = datetime.fromisoformat(said if len(said) > 7 else f"{said}-01-01"[:10])
    except ValueError:
        return None
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
