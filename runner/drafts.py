"""What drafting of imaging reports came to, for the manifest: studies, drafts, findings, why there are none."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from imaging.flags import kind
from runner.outcomes import enough
from runner.tally import frequent, rows_of
from store.lake import Draft

REPORTS, ACCOUNT = "reports", "reports_account"
SHOWN = 20  # findings


def drafts_of(draft: Draft) -> dict[str, Any]:
    """Nothing where no step drafts. No count below five: a rare finding may point at somebody."""
    account = rows_of(draft, ACCOUNT, ["images", "images_read", "sentences", "flags", "artifact"])
    if account is None:
        return {}
    reports = rows_of(draft, REPORTS, ["text", "findings"])
    found = [each for said in (reports["findings"].to_pylist() if reports else ()) for each in said or ()]
    stated = frequent(each["finding"] for each in found if each["state"] == "present")
    return {
        "studies": len(account),
        "images": int(pc.sum(account["images"]).as_py() or 0),
        "images_read": int(pc.sum(account["images_read"]).as_py() or 0),
        "drafts": sum(bool(text) for text in reports["text"].to_pylist()) if reports else 0,
        "sentences": int(pc.sum(account["sentences"]).as_py() or 0),
        "findings": {name: enough(many) for name, many in list(stated.items())[:SHOWN]},
        "flags": {name: enough(many) for name, many in _kinds(account).items()},
        "artifacts": list(frequent(account["artifact"].to_pylist())),
    }


def flagged(out: Path) -> list[str]:
    """What `apply reports` says of its studies: how many have which flag; why there is nothing, and what to do."""
    flags = _kinds(pq.read_table(out / f"{ACCOUNT}.parquet", columns=["flags"]))
    lines = [f"studies with {flag}: {many:,}" for flag, many in flags.items()]
    if "no-artifact" in flags:
        lines.append("no artifact was found, so nothing was drafted: name a trained one by --set artifact=DIR")
    if "other-encoder" in flags:
        lines.append("embeddings of another encoder cannot be read: `chartloom train reports` learns from your own")
    return lines


def _kinds(account: pa.Table) -> dict[str, int]:
    """How many studies have a flag of each kind: doubtful:effusion and doubtful:mass of one study count once."""
    return frequent(each for said in account["flags"].to_pylist() for each in dict.fromkeys(map(kind, said or ())))
