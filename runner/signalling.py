"""What signals came to, for the manifest: the strongest pairs by name, and their trends; no count below 5 persons."""

from typing import Any

import pyarrow.parquet as pq

from store.lake import Draft

SIGNALS, TRENDS, OPEN_CODES = "signals", "signal_trends", "timeline_codes"
SHOWN = 25


def signals_of(draft: Draft) -> dict[str, Any]:
    """Nothing where no summary looks for signals."""
    path = draft.path(SIGNALS, "all")
    if path is None:
        return {}
    rows = pq.read_table(path).to_pylist()
    kept = [row for row in rows if not row["control"]]
    strongest = sorted(kept, key=lambda row: (not row["signal"], row["p"]))[:SHOWN]
    trends = draft.path(TRENDS, "all")
    named = _descriptions(draft, {row["event"] for row in strongest} | {row["drug"] for row in strongest})
    pairs = {(row["drug"], row["event"]) for row in strongest}
    periods = pq.read_table(trends).to_pylist() if trends else []
    return {
        "pairs": len(kept),
        "signals": sum(row["signal"] for row in kept),
        "controls": len(rows) - len(kept),
        "controls_flagged": sum(row["signal"] for row in rows if row["control"]),
        "strongest": [
            {**row, **{f"{k}_name": named.get(row[k], row[k]) for k in ("drug", "event")}} for row in strongest
        ],
        "trends": [row for row in periods if (row["drug"], row["event"]) in pairs],
    }


def _descriptions(draft: Draft, codes: set[str]) -> dict[str, str]:
    """As the open timeline's own list of codes describes them."""
    path = draft.path(OPEN_CODES, "all")
    if path is None or not codes:
        return {}
    rows = pq.read_table(path, columns=["code", "description"], filters=[("code", "in", sorted(codes))]).to_pylist()
    return {row["code"]: row["description"] for row in rows if row["description"]}
