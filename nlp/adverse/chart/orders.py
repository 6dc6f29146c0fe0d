"""Drugs as FHIR resources tell them: words and codings beside the codes of the timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from contract.work import Shard

RESOURCES = ("MedicationRequest", "MedicationAdministration")
MEDICATION = "fhir/Medication"
NOT_GIVEN = ("entered-in-error", "cancelled", "draft", "not-done")


@dataclass(frozen=True, slots=True)
class Order:
    """`words`: what it is called, best first. `codes`: (system, code), systems as the resource names them."""

    fhir_id: str
    words: Sequence[str]
    codes: Sequence[tuple[str, str]]
    start: datetime | None
    stop: datetime | None
    single: bool  # given then and there, rather than for a time


def orders(shard: Shard) -> dict[int, dict[str, Order]]:
    """By person and Type/id."""
    products = {row["id"]: row.get("code") or {} for row in _rows(shard, MEDICATION)}
    found: dict[int, dict[str, Order]] = {}
    for resource in RESOURCES:
        for row in _rows(shard, f"fhir/{resource}"):
            if row.get("status") not in NOT_GIVEN and row.get("subject_id") is not None:
                order = _order(resource, row, products)
                found.setdefault(row["subject_id"], {})[order.fhir_id] = order
    return found


def _rows(shard: Shard, name: str) -> list[dict[str, Any]]:
    table = shard.get(name)
    return table.to_pylist() if table is not None else []


def _order(resource: str, row: Mapping[str, Any], products: Mapping[str, Mapping[str, Any]]) -> Order:
    said = row.get("medicationCodeableConcept") or {}
    reference = (row.get("medicationReference") or {}).get("reference") or ""
    said = said or products.get(reference.rpartition("/")[2], {})
    codings = said.get("coding") or []
    words = [said.get("text"), *(each.get("display") for each in codings)]
    start, stop = _times(row)
    return Order(
        f"{resource}/{row['id']}",
        [each for each in words if each],
        [(each["system"], each["code"]) for each in codings if each.get("system") and each.get("code")],
        start,
        stop,
        resource == "MedicationAdministration",
    )


def _times(row: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    period = row.get("effectivePeriod") or (row.get("dispenseRequest") or {}).get("validityPeriod") or {}
    start = period.get("start") or row.get("effectiveDateTime") or row.get("authoredOn")
    return moment(start), moment(period.get("end"))


def moment(said: str | None) -> datetime | None:
    """UTC without zone, as the timeline's times; a partial date is its start."""
    if not said:
        return None
    padded = said + "-01" * (2 - said.count("-")) if len(said) < 10 else said
    try:
        read = datetime.fromisoformat(padded)
        return read.astimezone(UTC).replace(tzinfo=None) if read.tzinfo else read
    except (ValueError, OverflowError):  # 9999-12-31T23:59-05:00 has no time in UTC
        return None
