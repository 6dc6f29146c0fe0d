"""What coding came to, for the manifest: encounters, suggestions by band and score, why there are none. Counts only."""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from store.lake import Draft

CODES, ACCOUNT = "codes", "codes_account"
BINS = 40  # of scores from 0 to 1
BANDS = ("pre_accept", "review", "hidden")


def coding_of(draft: Draft) -> dict[str, Any]:
    """Nothing where no step codes."""
    account = _read(draft, ACCOUNT, ["notes", "notes_read", *BANDS, "flags", "artifact"])
    if account is None:
        return {}
    codes = _read(draft, CODES, ["system", "band", "score"])
    shown = pc.greater(pc.add(account["pre_accept"], account["review"]), 0)
    return {
        "encounters": len(account),
        "coded": int(pc.sum(shown).as_py() or 0),
        "notes": int(pc.sum(account["notes"]).as_py() or 0),
        "notes_read": int(pc.sum(account["notes_read"]).as_py() or 0),
        "bands": {band: int(pc.sum(account[band]).as_py() or 0) for band in BANDS},
        "systems": _counted(codes["system"]) if codes is not None else {},
        "flags": _counted(pc.list_flatten(account["flags"])),
        "artifacts": _counted(account["artifact"]),
        "scores": _scores(codes),
    }


def flagged(out: Path) -> list[str]:
    """What `apply icd` says of its encounters: how many have which flag; why there is nothing, and what to do."""
    path = out / f"{ACCOUNT}.parquet"
    flags = _counted(pc.list_flatten(pq.read_table(path, columns=["flags"])["flags"]))
    lines = [f"encounters with {flag}: {count:,}" for flag, count in flags.items()]
    if "no-artifact" in flags:
        lines.append("no trained coder is installed, so nothing was suggested: name one by --set artifact=DIR")
    return lines


def _scores(codes: pa.Table | None) -> list[int]:
    """Suggestions that are shown, by score: forty bins from 0 to 1."""
    if codes is None:
        return []
    shown = codes.filter(pc.not_equal(codes["band"], "hidden"))["score"].to_numpy()
    bins = Counter((shown * BINS).clip(0, BINS - 1).astype(int).tolist())
    return [bins[k] for k in range(BINS)]


def _counted(values: Any) -> dict[str, int]:
    found = Counter(value for value in values.to_pylist() if value is not None)
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


def _read(draft: Draft, name: str, columns: list[str]) -> pa.Table | None:
    paths = [draft.path(table, shard) for table, shard in draft.files() if table == name]
    return pa.concat_tables([pq.read_table(path, columns=columns) for path in paths]) if paths else None
