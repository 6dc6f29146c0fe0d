"""Drafts in the manifest and in the run report: studies are counted, not flags; rare findings have no count."""

from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from runner import report
from runner.drafts import drafts_of, flagged
from runner.pages import drafts
from schemas.registry import table
from store.lake import Draft
from tests.runner.test_report import CASE, Reader


class Night:
    """A draft of the lake with these tables, one shard each."""

    def __init__(self, folder: Path, **tables: list[dict[str, Any]]) -> None:
        self.folder, self.names = folder, list(tables)
        for name, rows in tables.items():
            pq.write_table(pa.Table.from_pylist(rows, schema=table(name).schema), folder / f"{name}.parquet")

    def files(self) -> list[tuple[str, str]]:
        return [(name, "0") for name in self.names]

    def path(self, name: str, _shard: str) -> Path:
        return self.folder / f"{name}.parquet"


def read(study: int, *flags: str, sentences: int = 2) -> dict[str, Any]:
    return {"subject_id": study, "study_id": f"s{study}", "images": 2, "images_read": 1, "sentences": sentences,
            "flags": list(flags), "artifact": "art"}  # fmt: skip


def drafted(study: int, *names: str) -> dict[str, Any]:
    found = [{"finding": name, "state": "present", "score": 0.9} for name in names]
    return {"subject_id": study, "study_id": f"s{study}", "text": "Effusion." if names else "",
            "findings": [*found, {"finding": "mass", "state": "doubtful", "score": 0.2}], "sentences": [],
            "flags": [], "artifact": "art"}  # fmt: skip


def night(folder: Path) -> Draft:
    account = [read(n, "open:edema", "open:fracture", "side:effusion") for n in range(6)] + [read(6, "no-image")]
    reports = [drafted(n, "effusion", *(["rare_thing"] if n == 0 else [])) for n in range(6)] + [drafted(6)]
    return cast(Draft, Night(folder, reports=reports, reports_account=account))


def test_studies_are_counted_and_small_counts_are_not_told(tmp_path: Path) -> None:
    said = drafts_of(night(tmp_path))
    assert said == {
        "studies": 7, "images": 14, "images_read": 7, "drafts": 6, "sentences": 14,
        "findings": {"effusion": 6, "rare_thing": None},
        "flags": {"open": 6, "side": 6, "no-image": None},
        "artifacts": ["art"],
    }  # fmt: skip


def test_nothing_is_trained(tmp_path: Path) -> None:
    said = drafts_of(cast(Draft, Night(tmp_path, reports_account=[read(n, "no-artifact") for n in range(9)])))
    assert (said["drafts"], said["findings"], said["flags"]) == (0, {}, {"no-artifact": 9})
    assert drafts_of(cast(Draft, Night(tmp_path))) == {} and drafts.section({}) is None
    assert flagged(tmp_path) == [
        "studies with no-artifact: 9",
        "no artifact was found, so nothing was drafted: name a trained one by --set artifact=DIR",
    ]


def test_the_report_says_what_flags_mean(tmp_path: Path) -> None:
    manifest = yaml.safe_load(CASE.read_text(encoding="utf-8")) | {"drafts": drafts_of(night(tmp_path))}
    html = report.page(manifest)
    part = html[html.index('<section id="drafts">') :]
    said = " ".join(" ".join(Reader(part[: part.index("</section>") + len("</section>")]).text).split())
    for words in ("6 drafts of 14 sentences, for 7 studies; 7 of 14 images were read.", "Nobody has signed them",
                  "rare thing", "under 5", "an expected finding is neither likely nor surely absent",
                  "a finding whose side is not sure", "studies of which no image came"):  # fmt: skip
        assert words in said, words
