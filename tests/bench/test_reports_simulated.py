"""Studies of a simulated hospital with texts and truth: one text each, without identifiers, that says what is there."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bench.reports_simulated import read
from contract.errors import InputError
from imaging.finding import stated
from imaging.labeller.labeller import Labeller
from simulate.config import HospitalConfig
from simulate.hospital import simulate


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("reports") / "out"
    simulate(HospitalConfig(patients=60, seed=5, styles=("narrative",)), out)
    return out


def test_each_study_has_its_report_and_truth(folder: Path) -> None:
    studies, texts, findings = read(folder)
    assert len(studies) == len(texts) == len(findings) == len(set(studies.study_id)) > 50
    assert all(texts)
    truth = pq.read_table(folder / "truth" / "image_findings.parquet").to_pandas()
    devices = pq.read_table(folder / "truth" / "image_devices.parquet").to_pandas()
    assert sum(map(len, findings)) == (truth["finding"] != "device").sum() + len(devices)
    assert {f.position for each in findings for f in each if f.name in set(devices["kind"])} <= {"good", "bad"}


def test_texts_are_findings_and_impression_alone(folder: Path) -> None:
    _, texts, _ = read(folder)
    people = pq.read_table(folder / "truth" / "persons.parquet").to_pandas()
    for said in (*people["mrn"], *people["last"]):
        assert not any(said.lower() in text.lower() for text in texts if len(said) > 5)
    assert not any("signed" in text.lower() for text in texts)


def test_the_labeller_reads_back_what_is_true(folder: Path) -> None:
    _, texts, findings = read(folder)
    seen = [{f.name for f in stated(each)} for each in Labeller().label(texts)]
    wanted = [{f.name for f in each if f.name not in ("opacity", "edema", "hyperinflation")} for each in findings]
    assert sum(a <= b for a, b in zip(wanted, seen, strict=True)) > 0.95 * len(texts)


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no truth/notes"):
        read(tmp_path)
