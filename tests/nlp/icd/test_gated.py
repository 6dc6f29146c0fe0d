"""No artifact takes the place of a better one."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contract.errors import CheckFailed
from nlp.icd import artifact
from nlp.icd.corpus import coded, held_out
from nlp.icd.train import Training, train
from tests.nlp.icd.conftest import WHERE

COUNT, BLIND = 60, 40
TRAINING = Training(system=WHERE, task="D", languages=("en",), phi=False)


def lake(folder: Path, code: str) -> Path:
    """Charts that say gout; those that are learned from have it coded as said, those that are blind as M10.9."""
    folder.mkdir()
    units = [f"n{at}" for at in range(COUNT)]
    span = {"start": 9, "end": 13, "source": "marked", "weight": 1.0}
    codes = ["M10.9"] * BLIND + [code] * (COUNT - BLIND)
    labels: list[dict[str, Any]] = [
        {"unit_id": unit, "label": f"ICD-10-CM//{said}", "evidence": [{"note_id": unit, **span}]}
        for unit, said in zip(units, codes, strict=True)
    ]
    notes = [{"note_id": unit, "text": "Seen for gout today.", "language": "en"} for unit in units]
    work = [{"encounter_id": unit, "blind": at < BLIND} for at, unit in enumerate(units)]
    for name, rows in (("notes", notes), ("labels", labels), ("worklist", work)):
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    return folder


def test_blind_charts_are_not_learned_from(tmp_path: Path) -> None:
    data = lake(tmp_path / "one", "M10.9")
    learned, frozen = (read(data, "D", ("en",))["ICD-10-CM"] for read in (coded, held_out))
    assert (len(learned), len(frozen)) == (COUNT - BLIND, BLIND)
    assert not {chart.encounter_id for chart in learned} & {chart.encounter_id for chart in frozen}


def test_the_old_artifact_stays_where_the_new_one_is_worse(tmp_path: Path) -> None:
    out, told = tmp_path / "icd", list[str]()
    train(lake(tmp_path / "good", "M10.9"), out, TRAINING)
    before = artifact.name_of(out)
    with pytest.raises(CheckFailed, match="stays"):
        train(lake(tmp_path / "bad", "Z99.9"), out, TRAINING)
    assert artifact.name_of(out) == before
    train(tmp_path / "good", out, TRAINING, told.append)
    assert any("is taken" in line for line in told)
