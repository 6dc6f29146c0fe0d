"""What coding came to, for the manifest: encounters, suggestions by band and score, why there are none. Counts only."""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from runner.tally import flags_of, frequent, rows_of
from store.lake import Draft

CODES, ACCOUNT = "codes", "codes_account"
BINS = 40  # of scores from 0 to 1
BANDS = ("pre_accept", "review", "hidden")


def coding_of(draft: Draft) -> dict[str, Any]:
    """Nothing where no step codes."""
    account = rows_of(draft, ACCOUNT, ["notes", "notes_read", *BANDS, "flags", "artifact"])
    if account is None:
        return {}
    codes = rows_of(draft, CODES, ["system", "band", "score"])
    shown = pc.greater(pc.add(account["pre_accept"], account["review"]), 0)
    return {
        "encounters": len(account),
        "coded": int(pc.sum(shown).as_py() or 0),
        "notes": int(pc.sum(account["notes"]).as_py() or 0),
        "notes_read": int(pc.sum(account["notes_read"]).as_py() or 0),
        "bands": {band: int(pc.sum(account[band]).as_py() or 0) for band in BANDS},
        "systems": frequent(codes["system"].to_pylist()) if codes is not None else {},
        "flags": flags_of(account),
        "artifacts": frequent(account["artifact"].to_pylist()),
        "scores": _scores(codes),
    }


def flagged(out: Path) -> list[str]:
    """What `apply icd` says of its encounters: how many have which flag; why there is nothing, and what to do."""
    path = out / f"{ACCOUNT}.parquet"
    flags = flags_of(pq.read_table(path, columns=["flags"]))
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
