"""What passed the gate made k-anonymous, audited, and laid down piece by piece."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Shard
from etl.timeline.codes import CountCodes
from etl.timeline.mapping import timeline_mapping
from etl.timeline.names import parent
from nlp.deid.anonymity.codes import PREFIX, coarser, held
from nlp.deid.anonymity.lattice import Node, search
from nlp.deid.anonymity.persons import of, persons
from nlp.deid.anonymity.rewrite import Codes
from nlp.deid.anonymity.rows import Generalise
from nlp.deid.audit.batch import Batch
from nlp.deid.audit.check import LeakAudit
from nlp.deid.known.people import persons as known_of
from nlp.deid.person import Person
from runner.releases.passing import Piece, Work, gathered, naming, phi, stage, staged
from runner.releases.project import Project
from schemas.gate import SPANS
from schemas.people import IDENTITIES

CODES = "timeline_codes"
KEPT_BY_LIMITED = frozenset({"city", "district", "zip", "date"})
"""Parts of identifiers that a limited data set may hold, 164.514(e)(2): the audit does not seek them there."""


@dataclass(frozen=True)
class Decision:
    """`told`: what stands for each rare code. `policy` and `audit`: how the audit is to look."""

    node: Node
    told: Mapping[str, str | None] = field(repr=False)
    policy: str
    audit: LeakAudit


@dataclass(frozen=True)
class Finished:
    """Of one piece: what the audit saw, how many rows lost a code."""

    audit: Shard = field(repr=False)
    codes: Shard = field(repr=False)
    counts: Counter[str]


@dataclass(frozen=True)
class Left:
    """Who is left out, and which codes go, whatever is decided: what the rounds before found too few."""

    subjects: np.ndarray
    codes: frozenset[str] = frozenset()


def decide(work: Work, project: Project, audit: LeakAudit, left: Left) -> Decision:
    without = left.subjects
    people = of(gathered(work, "passed", "persons"), without)
    node = search(people, project.k, project.max_suppressed, project.quasi_identifiers)
    node = replace(node, left_out=np.union1d(node.left_out, without))
    pairs = gathered(work, "passed", "held")
    pairs = pairs.filter(pc.invert(pc.is_in(pairs["subject_id"], pa.array(node.left_out, pa.int64()))))
    told = coarser(pairs, broader, project.k)
    there = set(pairs["code"].to_pylist())
    medicines = staged(work, "passed", Piece(0, ()), ["fhir/Medication"]).get("fhir/Medication")
    references = [] if medicines is None else [PREFIX + key for key in medicines["id"].to_pylist()]
    told |= {reference: None for reference in references if reference not in there}
    told = {code: None if stands in left.codes else stands for code, stands in told.items()}
    told |= dict.fromkeys(left.codes)
    return Decision(node, told, project.policy, audit)


def broader(code: str) -> str | None:
    """A code of the same kind: the end of something is no less rare as its beginning, and a head says nothing."""
    above = parent(code, timeline_mapping())
    return above if above and above.count("//") == code.count("//") else None


def finish(work: Work, decision: Decision, piece: Piece) -> Finished:
    opened = staged(work, "passed", piece, work.tables)
    codes = Codes(decision.told, naming)
    made = {name: _told(name, rows, decision, codes) for name, rows in opened.items()}
    for name, rows in made.items():
        stage(work, "finished", name, piece, rows)
    if piece.shards:
        stage(work, "finished", "persons", piece, persons(made))
        stage(work, "finished", "held", piece, held(made, naming))
    counts = Counter(removed=codes.removed, generalised=codes.generalised, rows=sum(map(len, made.values())))
    described = CountCodes(root="open").partial(made)
    return Finished(_audited(work, decision, piece, made), described, counts)


def _told(name: str, rows: pa.Table, decision: Decision, codes: Codes) -> pa.Table:
    if "subject_id" in rows.column_names:
        rows = rows.filter(pc.invert(pc.is_in(rows["subject_id"], pa.array(decision.node.left_out, pa.int64()))))
    rows = Generalise(decision.node.levels).rows(name, rows)
    if name == "timeline":
        return codes.events(rows)
    if name == "fhir/Medication":  # counted by who was given it; its code is as frequent
        rare = pa.array([code for code in decision.told if code.startswith(PREFIX)], pa.string())
        return rows.filter(pc.invert(pc.is_in(pc.binary_join_element_wise(PREFIX, rows["id"], ""), rare)))
    return codes.resources(rows) if name.startswith("fhir/") and "subject_id" in rows.column_names else rows


def _audited(work: Work, decision: Decision, piece: Piece, made: Shard) -> Shard:
    given = {IDENTITIES.name: IDENTITIES.empty(), **phi(work, piece)}
    beside = staged(work, "passed", piece, [SPANS.name])
    people = {subject: _sought(person, decision.policy) for subject, person in known_of(given).items()}
    names = tuple(name for name, rows in made.items() if len(rows))
    return Batch({**given, **beside, **made}, people, decision.audit.planted, names).read().tables()


def _sought(person: Person, policy: str) -> Person:
    if policy != "limited":
        return person
    left = tuple(found for found in person.identifiers if found.part not in KEPT_BY_LIMITED)
    return replace(person, identifiers=left, birth=None, death=None)
