"""A row a person: what an attacker may know of somebody from elsewhere, read from the tables of a release."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Shard

QUASI = ("birth_year", "zip3", "sex", "death", "visits")
PERSONS = pa.schema([("subject_id", pa.int64()), *((name, pa.string()) for name in QUASI)])
"""`death` is its year, `alive`, or `dead` where no day is told; `visits` a band; an empty text: not said."""

BANDS = ((0, "0"), (3, "1-3"), (10, "4-10"), (30, "11-30"))
MOST = "31+"


def persons(shard: Shard) -> pa.Table:
    """PERSONS of open tables. fhir/Patient says most; the timeline stands in for what it does not say."""
    patients, events = shard.get("fhir/Patient"), shard.get("timeline")
    rows = _patients(patients) if patients is not None else {}
    if events is not None and len(events):
        for subject, said in _lived(events).items():
            row = rows.setdefault(subject, _nothing())
            row.update({name: value for name, value in said.items() if row[name] in ("", "alive", "dead") and value})
    counts = _visits(shard)
    for subject in {*_subjects(shard)} - rows.keys():
        rows[subject] = _nothing()
    made = [{"subject_id": s, **row, "visits": band(counts.get(s, 0))} for s, row in sorted(rows.items())]
    return pa.Table.from_pylist(made, schema=PERSONS)


def band(visits: int) -> str:
    """Who knows how often somebody came knows it roughly."""
    return next((name for most, name in BANDS if visits <= most), MOST)


def _nothing() -> dict[str, str]:
    return {"birth_year": "", "zip3": "", "sex": "", "death": "alive"}


def _subjects(shard: Shard) -> list[int]:
    held = [rows["subject_id"].unique().drop_null() for rows in shard.values() if "subject_id" in rows.column_names]
    return [subject for each in held for subject in each.to_pylist()]


def _patients(rows: pa.Table) -> dict[int, dict[str, str]]:
    names = ("subject_id", "birthDate", "gender", "address", "deceasedDateTime", "deceasedBoolean")
    found: dict[int, dict[str, str]] = {}
    for row in rows.select([name for name in names if name in rows.column_names]).to_pylist():
        zips = [each["postalCode"] for each in row.get("address") or () if each and each.get("postalCode")]
        died = (row.get("deceasedDateTime") or "")[:4] or ("dead" if row.get("deceasedBoolean") else "alive")
        mine = found.setdefault(row["subject_id"], _nothing())
        said = {"birth_year": (row.get("birthDate") or "")[:4], "zip3": (zips or [""])[-1][:3], "death": died,
                "sex": row.get("gender") or ""}  # fmt: skip
        mine.update({name: value for name, value in said.items() if mine[name] in ("", "alive")})
    return found


def _lived(events: pa.Table) -> Mapping[int, dict[str, str]]:
    wanted = pc.or_(pc.starts_with(events["code"], "GENDER//"), pc.starts_with(events["code"], "MEDS_"))
    found: dict[int, dict[str, str]] = {}
    for row in events.filter(wanted).select(["subject_id", "time", "code"]).to_pylist():
        mine = found.setdefault(row["subject_id"], {})
        year = str(row["time"].year) if row["time"] else ""
        if row["code"] == "MEDS_BIRTH":
            mine["birth_year"] = year
        elif row["code"] == "MEDS_DEATH":
            mine["death"] = year or "dead"
        elif row["code"].startswith("GENDER//"):
            mine["sex"] = SEXES.get(row["code"][8:], "")
    return found


SEXES = {"F": "female", "M": "male", "O": "other", "U": "unknown"}


def _visits(shard: Shard) -> dict[int, int]:
    """Encounters of each person; of the timeline those that its events name."""
    for name, column in (("fhir/Encounter", "id"), ("timeline", "encounter_id")):
        rows = shard.get(name)
        if rows is not None and len(rows) and column in rows.column_names:
            counts = rows.select(["subject_id", column]).group_by("subject_id").aggregate([(column, "count_distinct")])
            held = (counts["subject_id"].to_pylist(), counts[f"{column}_count_distinct"].to_pylist())
            return dict(zip(*held, strict=True))
    return {}


def of(people: pa.Table, left_out: np.ndarray) -> pa.Table:
    """The persons who are not left out."""
    return people.filter(pa.array(~np.isin(people["subject_id"].to_numpy(), left_out)))
