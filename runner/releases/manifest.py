"""manifest.json of a release: for whom, by what right, until when, how it was made; no PHI, no small count."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from nlp.deid.anonymity.cells import told
from nlp.deid.anonymity.lattice import Node
from runner import audit
from runner.releases.project import Project

NAME = "manifest.json"
FEW = "under 11"


@dataclass(frozen=True)
class Facts:
    """`counts`: codings that were removed or told by a broader code. `withheld`: rows that the audit held back."""

    started: datetime
    snapshot: str
    people: int
    k: int
    node: Node
    counts: Counter[str]
    withheld: int


def manifest(project: Project, facts: Facts, rows: Mapping[str, int]) -> dict[str, Any]:
    """How many were in the cohort is not said: with those left out it would tell a small number."""
    return {
        "project": project.name,
        "recipient": project.recipient,
        "approval": project.approval,
        "expires": project.expires.isoformat(),
        "policy": project.policy,
        "created": facts.started.isoformat(timespec="seconds"),
        "created_by": audit.user(),
        "snapshot": facts.snapshot,
        "cohort_sha256": hashlib.sha256(project.cohort.encode()).hexdigest(),
        "persons": _count(facts.people),
        "k": project.k,
        "k_reached": facts.k,
        "quasi_identifiers": list(project.quasi_identifiers),
        "k_does_not_cover": [*(["notes"] if "notes" in project.tables else []), "free text", "days between events"],
        "generalisation": facts.node.said(),
        "information_lost_bits": facts.node.loss,
        "persons_left_out": _count(len(facts.node.left_out)),
        "codes_removed": _count(facts.counts["removed"]),
        "codes_generalised": _count(facts.counts["generalised"]),
        "rows_withheld_by_audit": _count(facts.withheld),
        "rows": {name: _count(count) for name, count in rows.items()},
        "revoked": None,
    }


def _count(count: int) -> int | str:
    return FEW if told(count) is None else count


def write_manifest(path: Path, said: Mapping[str, Any], closed: bool) -> None:
    """Whole or not at all."""
    part = path.with_name(f".{path.name}")
    part.unlink(missing_ok=True)
    mode = 0o400 if closed else 0o444
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(json.dumps(said, indent=1).encode())
        file.flush()
        os.fsync(file.fileno())
    part.chmod(mode)
    part.rename(path)


def state(said: Mapping[str, Any], today: date) -> str:
    if said["revoked"]:
        return "revoked"
    return "expired" if date.fromisoformat(said["expires"]) < today else "active"
