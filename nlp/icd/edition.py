"""The stage that holds relinked codes against the edition in force on the encounter's real day: phi/codes_checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Shard
from nlp.icd.catalogue import tabular
from nlp.icd.catalogue.shelf import Shelf
from nlp.icd.chart import DIAGNOSES, HIDDEN
from nlp.icd.encounter import day
from nlp.icd.rules.case import Coded, Stay
from nlp.icd.rules.rules import check_edition
from schemas.results import CODES_CHECKED

CODE_VERSION = "1"  # raise it when the same rows and tables give another answer
CODES, ENCOUNTERS = "phi/codes", "phi/fhir/Encounter"


@dataclass
class CheckEdition:
    """Parameters in pipelines.yaml. tables: a site's folder of code tables, for editions that are not installed.

    country: whose editions.
    """

    tables: str = ""
    country: str = "US"

    @property
    def reads(self) -> tuple[str, ...]:
        return (CODES, ENCOUNTERS)

    @property
    def writes(self) -> tuple[str, ...]:
        return (CODES_CHECKED.name,)

    @property
    def unit(self) -> str:
        return "subject_id"

    @property
    def version(self) -> str:
        folder = Path(self.tables) if self.tables else None
        held = [(path.name, path.stat().st_size) for path in sorted(folder.glob("*/*"))] if folder else []
        return f"{CODE_VERSION}-{tabular.edition()}-{self.country}-{held}"

    @property
    def releases(self) -> bool:
        return False

    def open(self) -> None:
        _ = self._shelf

    def run(self, shard: Shard) -> Shard:
        codes = shard.get(CODES)
        if codes is None or not len(codes):
            return {}
        codes = codes.filter(pc.and_(pc.equal(codes["system"], DIAGNOSES), pc.not_equal(codes["band"], HIDDEN)))
        held: dict[tuple[int, str], list[str]] = {}
        for row in codes.select(["subject_id", "encounter_id", "code"]).to_pylist():
            held.setdefault((row["subject_id"], row["encounter_id"]), []).append(row["code"])
        stays = _stays(shard.get(ENCOUNTERS), self.country)
        rows = [row for who, said in held.items() for row in self._rows(who, said, stays.get(who))]
        return {CODES_CHECKED.name: pa.Table.from_pylist(rows, schema=CODES_CHECKED.schema)}

    def _rows(self, who: tuple[int, str], codes: list[str], stay: Stay | None) -> Iterator[dict[str, Any]]:
        """An encounter without dates, such as a note that is its own, is one that was not checked."""
        for message in check_edition([Coded(code) for code in codes], stay or Stay(country=self.country), self._shelf):
            yield {
                "subject_id": who[0],
                "encounter_id": who[1],
                "system": DIAGNOSES,
                "code": message.code,
                "rule": message.rule,
                "severity": message.severity,
                "message": message.text,
            }

    @cached_property
    def _shelf(self) -> Shelf:
        return Shelf(Path(self.tables) if self.tables else None)


def _stays(rows: pa.Table | None, country: str) -> dict[tuple[int, str], Stay]:
    names = [name for name in ("subject_id", "id", "class", "period") if rows is not None and name in rows.column_names]
    found = {}
    for row in rows.select(names).to_pylist() if rows is not None else []:
        period, kind = row.get("period") or {}, (row.get("class") or {}).get("code") or ""
        start, end = (_date(period.get(name)) for name in ("start", "end"))
        found[row["subject_id"], row["id"]] = Stay(kind, discharge=end, service=start, country=country)
    return found


def _date(said: str | None) -> Any:
    """None of a date that is partial: it names no edition."""
    return day(said) if said and len(said) >= 10 else None
