"""A lake with one published snapshot of a few made-up rows, for tests of what reads a lake; and a PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lakes import publish

ROWS = {
    "phi/fhir/Patient": {"id": ["a", "b"], "subject_id": [1, 2], "source": ["s", "s"], "arrival": [0, 0],
                         "gender": ["female", "male"]},
    "phi/fhir/Other": {"id": ["x", "y"], "subject_id": [1, 2], "resourceType": ["Basic", "Flag"],
                       "source": ["s", "s"], "arrival": [0, 0],
                       "resource_json": ['{"resourceType":"Basic","id":"x"}', '{"resourceType":"Flag","id":"y"}']},
    "fhir/Patient": {"id": ["o"], "subject_id": [9], "gender": ["female"]},
    "phi/notes": {"note_id": ["n1"], "subject_id": [1], "text": ["Ms Tulip was seen."]},
    "timeline": {"subject_id": [9, 9], "code": ["LOINC//1", "LOINC//2"], "numeric_value": [1.5, None]},
    "phi/quarantine": {"source": ["s", "s", "s"], "rule": ["date-format", "date-format", "required"],
                       "file": ["tulip.csv"] * 3, "line": [3, 9, 12], "target": ["patients"] * 3,
                       "message": ["a date such as 2026-11-20 was expected"] * 3, "raw": ["Tulip,soon"] * 3},
}  # fmt: skip


@pytest.fixture(scope="session")
def small_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("small") / "lake", ROWS)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a database `review` that has all tables, on a real server: one a worker, started for its first test."""
    from tests.postgres import served

    with served(tmp_path_factory.mktemp("postgres")) as url:
        yield url


@pytest.fixture
def empty_postgres(postgres: str) -> str:
    """URL of a database without any table."""
    from tests.postgres import another

    return another(postgres)
