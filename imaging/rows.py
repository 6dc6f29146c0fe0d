"""What there is to draft of a shard, and drafts as rows of `reports` and `reports_account`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from contract.work import Shard
from imaging.draft import Draft
from imaging.finding import Finding
from imaging.pairs import studies_of
from imaging.readable import NO_IMAGE, Readable
from imaging.studies import NONE, Studies
from schemas.registry import table

NO_ARTIFACT = "no-artifact"
PRIOR_NOT_READ = "prior-not-read"
REPORTS, ACCOUNT = table("reports").schema, table("reports_account").schema
Key = tuple[int, str]


@dataclass(frozen=True)
class Shown:
    """`studies`: those with images and those that the timeline alone tells of, with when; None: nobody knows."""

    embeddings: pa.Table
    timeline: pa.Table
    studies: Mapping[Key, Any]


def shown(shard: Shard) -> Shown:
    """Studies in the order of their rows; those without images come after the others."""
    embeddings = shard.get("embeddings", table("embeddings").empty())
    told = studies_of(shard["timeline"]) if len(shard.get("timeline", ())) else None
    timeline = told if told is not None else studies_of(table("timeline").empty())
    found: dict[Key, Any] = {}
    for rows in (embeddings, timeline):
        columns = (rows[name].to_pylist() for name in ("subject_id", "study_id", "time"))
        for subject, study, time in zip(*columns, strict=True):
            found.setdefault((subject, study), time)
    return Shown(embeddings, timeline, found)


def with_priors(studies: Studies, seen: Shown, *, told: bool) -> tuple[Studies, list[list[str]]]:
    """Priors that may be compared with, and of each study the flags of one that may not.

    `told`: there is a timeline, and only what it holds is a prior; without, the images' own times count. A study is
    not compared with one before another that could not be read: what is new may have been there in between.
    """
    earlier = _by_person(seen.timeline if told else _own(seen.embeddings))
    rows = {
        (int(who), str(what)): at
        for at, (who, what) in enumerate(zip(studies.subject_id, studies.study_id, strict=True))
    }
    prior, flags = np.full(len(studies), NONE), []
    for at in range(len(studies)):
        person = int(studies.subject_id[at])
        last = _last_before(earlier.get(person, ()), studies, at)
        row = rows.get((person, last), NONE)
        flags.append([PRIOR_NOT_READ] if last and row == NONE else [])
        if row != NONE and studies.time[row] < studies.time[at]:
            prior[at] = row
    return replace(studies, prior=prior), flags


def _own(embeddings: pa.Table) -> pa.Table:
    """The studies that the images themselves tell of, read or not, as `studies_of` a timeline."""
    many = [("time", "min"), ("modality", "min")]
    made = embeddings.group_by(["subject_id", "study_id"], use_threads=False).aggregate(many)
    return made.rename_columns({"time_min": "time", "modality_min": "modality"})


@dataclass(frozen=True, order=True)
class Earlier:
    time: np.datetime64
    study_id: str
    modality: str


def _by_person(timeline: pa.Table) -> dict[int, list[Earlier]]:
    found: dict[int, list[Earlier]] = {}
    times = timeline["time"].cast(pa.timestamp("us")).to_numpy()
    columns = (timeline[name].to_pylist() for name in ("subject_id", "study_id", "modality"))
    for time, subject, study, modality in zip(times, *columns, strict=True):
        found.setdefault(subject, []).append(Earlier(time, study, modality or ""))
    return found


def _last_before(told: Sequence[Earlier], studies: Studies, at: int) -> str:
    """The person's last study of its modality before this one; empty: there is none."""
    mine, modality = studies.study_id[at], studies.modality[at]
    before = [
        each
        for each in told
        if each.time < studies.time[at]
        and each.study_id != mine
        and (modality == each.modality or "" in (modality, each.modality))
    ]
    return max(before).study_id if before else ""


def flagged(drafts: Sequence[Draft], flags: Sequence[Sequence[str]]) -> list[Draft]:
    """With the flags of priors, which both tables tell."""
    return [replace(draft, flags=(*draft.flags, *more)) for draft, more in zip(drafts, flags, strict=True)]


def reports(studies: Studies, drafts: Sequence[Draft], artifact: str) -> pa.Table:
    times = studies.time.astype("datetime64[us]")
    rows = [
        {
            "subject_id": int(studies.subject_id[at]),
            "study_id": studies.study_id[at],
            "text": draft.text,
            "findings": [*_findings(draft.findings, "present"), *_findings(draft.doubtful, "doubtful")],
            "sentences": [
                {
                    "text": each.text, "finding": each.finding, "state": each.state, "score": each.score,
                    "source": each.source, "prior_study_id": each.prior or None,
                }
                for each in draft.sentences
            ],
            "flags": list(draft.flags),
            "artifact": artifact,
        }
        for at, draft in enumerate(drafts)
    ]  # fmt: skip
    made = pa.Table.from_pylist(rows, schema=REPORTS)
    place = REPORTS.get_field_index("time")
    return made.set_column(place, REPORTS.field(place), pa.array(times, pa.timestamp("us")))


def _findings(found: Sequence[Finding], state: str) -> list[dict[str, Any]]:
    return [
        {
            "finding": each.name, "side": each.side or None, "severity": each.severity or None,
            "position": each.position or None, "state": state, "score": each.score,
        }
        for each in found
    ]  # fmt: skip


def account(seen: Shown, read: Readable, drafts: Sequence[Draft], artifact: str) -> pa.Table:
    """One row a study, whether it could be read or not."""
    studies = read.studies
    keys = zip(studies.subject_id.tolist(), studies.study_id.tolist(), strict=True)
    done = {key: (int(many), draft) for key, many, draft in zip(keys, studies.images, drafts, strict=True)}
    rows = []
    for key in seen.studies:
        images, draft = done.get(key, (0, None))
        flags = [*(read.flags.get(key, ()) if key in read.images else (NO_IMAGE,)), *(draft.flags if draft else ())]
        rows.append(_row(key, read.images.get(key, 0), images, flags))
        rows[-1] |= {"sentences": len(draft.sentences) if draft else 0, "artifact": artifact}
    return pa.Table.from_pylist(rows, schema=ACCOUNT)


def no_artifact(seen: Shown) -> pa.Table:
    images: dict[Key, int] = dict.fromkeys(seen.studies, 0)
    both = zip(seen.embeddings["subject_id"].to_pylist(), seen.embeddings["study_id"].to_pylist(), strict=True)
    for key in both:
        images[key] += 1
    rows = [_row(key, many, 0, [NO_ARTIFACT] if many else [NO_ARTIFACT, NO_IMAGE]) for key, many in images.items()]
    return pa.Table.from_pylist([row | {"sentences": 0, "artifact": NO_ARTIFACT} for row in rows], schema=ACCOUNT)


def _row(key: Key, images: int, read: int, flags: Sequence[str]) -> dict[str, Any]:
    return {
        "subject_id": key[0], "study_id": key[1], "images": images, "images_read": read, "flags": list(flags),
    }  # fmt: skip


def told(shard: Shard) -> bool:
    """True where a timeline was handed over, whatever it holds: a night has one, files need not."""
    return "timeline" in shard
