"""What the search for adverse events came to, for the manifest: persons, episodes, doubts, pairs. Counts only."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from runner.tally import flags_of, frequent, rows_of
from store.lake import Draft

FINDINGS, ACCOUNT = "findings", "findings_account"
KIND = "adverse_event"
FEWEST = 5  # persons of a pair that is shown: smaller cells may point at somebody
MOST = 12  # pairs that are shown
CONTRADICTIONS = ("drug-never-given", "effect-before-drug", "drug-stopped-long-before")
COLUMNS = ["subject_id", "kind", "drug", "effect", "assertion", "drug_code", "code", "flags", "artifact"]


def adverse_of(draft: Draft) -> dict[str, Any]:
    """Nothing where no step looks for adverse events."""
    account = rows_of(draft, ACCOUNT, ["notes", "notes_read", "flags"])
    if account is None:
        return {}
    found = rows_of(draft, FINDINGS, COLUMNS)
    return counted(account.to_pylist(), found.to_pylist() if found is not None else [])


def counted(account: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    rows = [row for row in found if row["kind"] == KIND]
    present = [row for row in rows if row["assertion"] == "present"]
    return {
        "persons": len(account),
        "persons_found": len({row["subject_id"] for row in present}),
        "notes": sum(row["notes"] for row in account),
        "notes_read": sum(row["notes_read"] for row in account),
        "episodes": len(present),
        "assertions": frequent(row["assertion"] for row in rows),
        "contradictions": frequent(flag for row in present for flag in row["flags"] or () if flag in CONTRADICTIONS),
        "flags": frequent(flag for row in account for flag in row["flags"] or ()),
        "artifacts": frequent(row["artifact"] for row in rows),
        "pairs": _pairs(present),
        "named": _named(found),
    }


def _named(found: Sequence[Mapping[str, Any]]) -> dict[str, int | None]:
    """Persons of each event that a site named and notes tell of; null where they are too few."""
    persons: dict[str, set[int]] = defaultdict(set)
    for row in found:
        if row["kind"] != KIND and row["assertion"] == "present":
            persons[row["kind"]].add(row["subject_id"])
    return {kind: len(of) if len(of) >= FEWEST else None for kind, of in sorted(persons.items())}


def _pairs(present: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """By code, else by words; of pairs with too few persons not even the number, nor words that too few have."""
    persons: dict[tuple[str, str], set[int]] = defaultdict(set)
    words: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))  # what is meant -> words -> persons
    for row in present:
        if not set(row["flags"] or ()) & set(CONTRADICTIONS):
            said = ((row["drug"] or "").lower(), (row["effect"] or "").lower())
            pair = (row["drug_code"] or said[0], row["code"] or said[1])
            persons[pair].add(row["subject_id"])
            for meant, written in zip(pair, said, strict=True):
                words[meant][written].add(row["subject_id"])
    often = sorted((pair for pair, of in persons.items() if len(of) >= FEWEST), key=lambda p: (-len(persons[p]), p))
    named = ((pair, [_commonest(meant, words[meant]) for meant in pair]) for pair in often[:MOST])
    return [{"drug": drug, "effect": effect, "persons": len(persons[pair])} for pair, (drug, effect) in named]


def _commonest(meant: str, words: Mapping[str, Collection[int]]) -> str:
    """The words that most persons' notes have for it; the code, where those are too few."""
    said, of = min(words.items(), key=lambda each: (-len(each[1]), each[0]))
    return said if len(of) >= FEWEST else meant


def flagged(out: Path) -> list[str]:
    """What `apply adverse` says of its persons: how many have which flag."""
    account = pq.read_table(out / f"{ACCOUNT}.parquet", columns=["flags", "artifact"])
    lines = [f"persons with {flag}: {n:,}" for flag, n in flags_of(account).items()]
    if any(name.startswith("terms-") for name in account["artifact"].unique().to_pylist()):
        lines.append("no trained artifact is installed: lists of terms alone were used; name one by --set artifact=DIR")
    return lines
