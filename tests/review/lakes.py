"""A published lake of six made-up persons, both sides of the gate: `publish(root)`, then `publish_next(root)`.

The results are relinked by the night's own stages; people, notes and codes stand in hospital.yaml.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from nlp.deid.relink import Relink
from nlp.icd.learning.stage import OrderWork
from schemas.registry import table
from store import parquet
from store.lake import Draft, Lake
from tests.review.gate import Gate

FIRST, SECOND = "20261120T230000Z", "20261121T230000Z"
SHARD_SUBJECTS = 2
LONG = 500_000  # characters of the long note
WHOLE = ("phi/identities", "phi/timeline_codes", "timeline_codes")
SHARED = ("phi/fhir/Location", "phi/fhir/Organization")
ORIGIN = {"source": "hospital", "source_group": "files", "source_file": "made up.csv", "source_line": 2, "arrival": 1}
Said = dict[str, Any]


def said() -> Said:
    """hospital.yaml, to be changed at will."""
    found: Said = yaml.safe_load(_file())
    line = "Day {}: stable, sats 96% on room air, no fever. Tolerates diet, walks with help; labs as before.\n"
    text = "PROGRESS NOTES\n\nASSESSMENT:\nCommunity acquired pneumonia, improving.\n\n"
    days = "".join(line.format(day) for day in range(1, LONG // len(line) + 2))
    found["notes"].append({**found["long"], "text": (text + days)[:LONG]})
    return found


@cache
def _file() -> str:
    return (Path(__file__).parent / "hospital.yaml").read_text(encoding="utf-8")


def publish(root: Path, hospital: Said | None = None, night: str = FIRST) -> Path:
    """Makes `hospital` the published night of the lake at `root`, and gives `root` back."""
    lake = Lake(root)
    lake.create()
    draft = Draft(None, root / "work" / night)
    for name, shard, rows in _files(hospital or said()):
        draft.add([parquet.write(table(name), rows, shard, draft.written)])
    manifest = {"run_id": night, "snapshot": night, "shard_subjects": SHARD_SUBJECTS, "status": "published",
                "pipeline": "nightly", "finished": "2026-11-20T23:00:09+00:00"}  # fmt: skip
    draft.documents["manifest.json"] = json.dumps(manifest).encode()
    lake.publish(draft, night)
    return root


def publish_next(root: Path) -> Path:
    """A late note of stay-1, another text of n-again and n-done, N17.9 not suggested any more, blind-1 gone, new-1."""
    return publish(root, following(said()), SECOND)


def following(hospital: Said) -> Said:
    late = "ADDENDUM\nCulture grew E. coli. Urinary tract infection.\n"
    notes = {note["id"]: note for note in hospital["notes"]}
    for name in ("n-again", "n-done"):
        notes[name]["text"] = "Dictated, not read.\n\n" + notes[name]["text"].replace("left lower limb", "left leg")
    hospital["states"]["done-1"] = "reopened"
    again = {"again-1": "Cellulitis of left leg"}
    for row in hospital["codes"]:
        if row[0] in again and row[2] == "L03.116":
            row[6] = [["n-again", again[row[0]], "dictionary"]]
    hospital["codes"] = [row for row in hospital["codes"] if row[2] != "N17.9" and row[0] != "blind-1"]
    new = {"id": "n-new", "encounter": "new-1", "time": "2026-11-21T09:00:00", "kind": "progress",
           "text": "ASSESSMENT:\nAsthma.\n"}  # fmt: skip
    late_note = {"id": "n-late", "encounter": "stay-1", "time": "2026-11-20T16:00:00", "kind": "other", "text": late}
    hospital["notes"] = [n for n in hospital["notes"] if n["encounter"] != "blind-1"] + [late_note, new]
    hospital["encounters"].append({"id": "new-1", "person": "P2", "class": "AMB", "start": "2026-11-21T08:50:00Z",
                                   "end": None, "wards": ["w2"]})  # fmt: skip
    hospital["codes"].append(["stay-1", "ICD-10-CM", "N39.0", "Urinary tract infection, site not specified", 0.7,
                              "review", [["n-late", "Urinary tract infection", "dictionary"]], []])  # fmt: skip
    hospital["codes"].append(["new-1", "ICD-10-CM", "J45.909", "Unspecified asthma, uncomplicated", 0.8, "review",
                              [["n-new", "Asthma", "dictionary"]], []])  # fmt: skip
    return hospital


def without(hospital: Said, person: str) -> Said:
    """The hospital once a person has been forgotten."""
    own = {e["id"] for e in hospital["encounters"] if e["person"] == person}
    notes = {n["id"] for n in hospital["notes"] if n.get("person") == person or n["encounter"] in own}
    hospital["persons"] = [p for p in hospital["persons"] if p["key"] != person]
    hospital["encounters"] = [e for e in hospital["encounters"] if e["id"] not in own]
    hospital["notes"] = [n for n in hospital["notes"] if n["id"] not in notes]
    hospital["codes"] = [c for c in hospital["codes"] if c[0] not in own | notes]
    for name in ("timeline", "studies"):
        hospital[name] = [e for e in hospital[name] if e["encounter"] not in own and e.get("person") != person]
    for name in ("findings", "pathology"):
        hospital[name] = [e for e in hospital[name] if e["note"] not in notes]
    return hospital


def merged(hospital: Said, person: str, into: str) -> Said:
    """The hospital once a person turned out to be another: all that was hers is the other's."""
    for name in ("encounters", "notes", "timeline"):
        for each in hospital[name]:
            if each.get("person") == person:
                each["person"] = into
    next(each for each in hospital["persons"] if each["key"] == person)["into"] = into
    return hospital


def tables(hospital: Said) -> dict[str, pa.Table]:
    """Every table of the night."""
    gate = Gate(hospital)
    own = {name: _table(name, rows) for name, rows in gate.rows().items()}
    order = OrderWork(blind_share=0.0).run({name: own[name] for name in ("notes", "codes")})["worklist"]
    own["worklist"] = _table("worklist", [_worked(gate, row) for row in order.to_pylist()])
    back = Relink().run(own)
    return {**own, **{name: table(name).conform(rows) for name, rows in back.items()}}


def _worked(gate: Gate, row: dict[str, Any]) -> dict[str, Any]:
    encounter = gate.real[row["encounter_id"]]
    state = gate.hospital["states"].get(encounter, "open")
    return {**row, "state": state, "blind": encounter in gate.hospital["blind"],
            "priority": 0.0 if state == "done" else row["priority"]}  # fmt: skip


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    if name.startswith("phi/fhir/"):
        rows = [{**row, **ORIGIN} for row in rows]
    return pa.Table.from_pylist(rows, schema=table(name).schema)


def _files(hospital: Said) -> list[tuple[str, str, pa.Table]]:
    """(table, shard, rows)."""
    shards: dict[int, int] = {}
    for place, person in enumerate(hospital["persons"]):
        number = person.get("ordinal", place) // SHARD_SUBJECTS
        shards |= {person["subject_id"]: number, person["open_id"]: number}
    found = []
    for name, rows in tables(hospital).items():
        if not len(rows):
            continue
        if name in WHOLE or name in SHARED:
            found.append((name, "all" if name in WHOLE else "shared", rows))
            continue
        numbers = pa.array([shards[subject] for subject in rows["subject_id"].to_pylist()])
        for number in sorted(set(numbers.to_pylist())):
            mask = pa.array([each == number for each in numbers.to_pylist()])
            found.append((name, f"{number:08d}", rows.filter(mask)))
    return found
