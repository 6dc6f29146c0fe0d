"""What the prediction of outcomes came to, for the manifest: predictions, decisions, drift. No count below 5."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from runner.tally import rows_of
from store.lake import Draft

OUTCOMES, ACCOUNT, DRIFT = "outcomes", "outcomes_account", "outcome_drift"
FEWEST = 5  # persons: smaller cells may point at somebody
ALARMS = 40  # that are listed
DECISIONS = ("yes", "no", "abstain")


def outcomes_of(draft: Draft) -> dict[str, Any]:
    """Nothing where no step predicts outcomes."""
    account = rows_of(draft, ACCOUNT, ["subject_id", "events", "unseen", "flags", "artifact"])
    if account is None:
        return {}
    columns = ["subject_id", "task", "target", "decision", "observed", "in_training", "probability", "artifact"]
    found = rows_of(draft, OUTCOMES, columns)
    path = draft.path(DRIFT, "all")
    drift = pq.read_table(path).to_pylist() if path else None
    return counted(account, found) | {"drift": drifted(drift) if drift is not None else None}


def counted(account: pa.Table, found: pa.Table | None) -> dict[str, Any]:
    persons: dict[str, set[int]] = {}
    for subject, flags in zip(account["subject_id"].to_pylist(), account["flags"].to_pylist(), strict=True):
        for flag in flags or ():
            persons.setdefault(flag, set()).add(subject)
    rows = found if found is not None else pa.table({"task": pa.array([], pa.string())})
    return {
        "persons": len(pc.unique(account["subject_id"])),
        "events": pc.sum(account["events"]).as_py() or 0,
        "unseen": pc.sum(account["unseen"]).as_py() or 0,
        "flags": {flag: enough(len(of)) for flag, of in sorted(persons.items(), key=lambda each: -len(each[1]))},
        "artifacts": sorted({name for name in account["artifact"].to_pylist() if name}),
        "tasks": [_task(name, rows.filter(pc.equal(rows["task"], name))) for name in _names(rows)],
    }


def _names(rows: pa.Table) -> list[str]:
    return sorted(pc.unique(rows["task"]).to_pylist())


def _task(name: str, rows: pa.Table) -> dict[str, Any]:
    said = Counter(rows["decision"].to_pylist())
    known = pc.sum(pc.is_valid(rows["observed"])).as_py() or 0
    return {
        "task": name,
        "targets": len(pc.unique(rows["target"])),
        "predictions": enough(len(rows)),
        "persons": enough(len(pc.unique(rows["subject_id"]))),
        "taught": enough(pc.sum(pc.fill_null(rows["in_training"], False)).as_py() or 0),
        "known": enough(known),
        "decisions": apart({decision: said.get(decision, 0) for decision in DECISIONS}),
    }


def drifted(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The alarms, those since training first; and observed / expected by period, of each model."""
    alarms = sorted((row for row in rows if row["alarm"]), key=lambda r: (r["period"], r["task"], r["measure"]))
    kept = ("task", "target", "artifact", "measure", "input", "period", "value", "reference", "limit")
    return {
        "measured": len(rows),
        "alarms": len(alarms),
        "listed": [{name: row[name] for name in kept} for row in _latest(alarms)][:ALARMS],
        "lines": list(_lines(rows)),
    }


def _latest(alarms: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Of each measure and input one: that since training, else that of the last period."""
    held: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in alarms:
        key = tuple(row[name] for name in ("task", "target", "artifact", "measure", "input"))
        if key not in held or held[key]["period"]:
            held[key] = row
    return iter(held.values())


def _lines(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    held: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in rows:
        if row["measure"] == "observed_expected":
            held.setdefault((row["task"], row["target"], row["artifact"]), []).append(row)
    for (task, target, artifact), found in sorted(held.items()):
        kept = ("measure", "period", "predictions", "value", "lower", "upper", "reference")
        yield {"task": task, "target": target, "artifact": artifact,
               "rows": [{name: row[name] for name in kept} for row in found]}  # fmt: skip


def apart(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Parts of a known total: beside a small one others are left out too, else the total would give it away."""
    hidden = {name for name, n in counts.items() if enough(n) is None}
    while hidden and sum(counts[name] for name in hidden) < FEWEST and len(hidden) < len(counts):
        hidden.add(min((name for name in counts if name not in hidden), key=lambda name: counts[name]))
    return {name: None if name in hidden else n for name, n in counts.items()}


def enough(count: int) -> int | None:
    """None: too few."""
    return None if 0 < count < FEWEST else count


def flagged(out: Path) -> list[str]:
    """What `apply outcomes` says of its persons: how many have which flag, and why there is nothing."""
    flags = pq.read_table(out / f"{ACCOUNT}.parquet", columns=["flags"])["flags"].to_pylist()
    counted = Counter(flag for said in flags for flag in said or ())
    lines = [f"persons and tasks with {flag}: {n:,}" for flag, n in counted.most_common()]
    if "no-artifact" in counted:
        lines.append("nothing is trained, so nothing was predicted: name a folder by --set artifacts=DIR")
    return lines
