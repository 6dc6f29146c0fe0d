"""Real Synthea output, as CSV and as FHIR of the same persons: all of it is mapped, nothing is set aside."""

import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from contract.work import Shard, Spooled

DATA = Path(os.environ.get("CHARTLOOM_DATA", ".")) / "synthea_nguyen_csv_fhir"
Night = Callable[..., tuple[Spooled, list[Shard]]]
SAME_ROWS = ("AllergyIntolerance", "CarePlan", "Claim", "Condition", "Device", "Encounter", "ImagingStudy",
             "Immunization", "MedicationRequest", "Procedure")  # fmt: skip

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="CHARTLOOM_DATA names no folder with synthea_nguyen_csv_fhir")


@pytest.fixture(scope="module")
def resources() -> list[dict[str, object]]:
    bundles = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((DATA / "fhir").glob("*.json"))]
    return [entry["resource"] for bundle in bundles for entry in bundle["entry"]]


def test_everything_maps_as_synthea_maps_it(resources: list[dict[str, object]], tmp_path: Path, night: Night) -> None:
    spooled, shards = night(DATA / "csv", tmp_path / "work")
    assert len(spooled.quarantine) == sum(len(shard["phi/quarantine"]) for shard in shards) == 0
    assert spooled.rows_in == spooled.rows_spooled
    assert sum(spooled.rows_in.values()) == 40_903
    known = {str(each["id"]) for each in resources if each["resourceType"] == "Patient"}
    theirs = Counter(str(each["resourceType"]) for each in resources)
    for name in SAME_ROWS:
        rows = shards[-1][f"phi/fhir/{name}"].to_pylist()
        ours = [row for row in rows if (row.get("subject") or row["patient"])["reference"].split("/")[1] in known]
        assert len(ours) == theirs[name], name
    assert {len(shards[0][f"phi/fhir/{name}"]) for name in ("Location", "Practitioner")} == {theirs["Location"]}


def test_batches_hold_the_same_rows_in_the_persons_order(tmp_path: Path, night: Night) -> None:
    _, (_, one) = night(DATA / "csv", tmp_path / "one")
    _, (_, *four) = night(DATA / "csv", tmp_path / "four", batches=4)
    for name in ("phi/fhir/Observation", "phi/fhir/DiagnosticReport", "phi/fhir/Encounter"):
        assert [i for shard in four for i in shard[name]["id"].to_pylist()] == one[name]["id"].to_pylist()
        subjects = one[name]["subject_id"].to_pylist()
        assert subjects == sorted(subjects)
