"""References in all forms, and ids that are a person's own affair."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from nlp.deid.keys import rekey
from nlp.deid.policy.release import Release
from tests.nlp.deid.policy.persons import NAME, rows

Opened = Callable[..., list[dict[str, Any]]]
OWN = b"a" * 16


REFERENCES = [
    ("Encounter/e1", "own"),
    ("Encounter/e1/_history/3", "own"),
    ("https://ehr.example/fhir/R4/Encounter/e1", "own"),
    ("urn:uuid:e1", "own"),
    ("Encounter/e2", None),  # somebody else's
    ("Encounter/e9", None),  # nobody's
    ("#e1", None),  # contained: stands in resource_json only
    ("Encounter?identifier=x|1", None),
    ("http://Zebulon.example", None),
    ("", None),
    (None, None),
]


@pytest.mark.parametrize(("said", "found"), REFERENCES)
def test_references_follow_their_rows(said: str | None, found: str | None, opened: Opened) -> None:
    beside = {"Encounter": [{"id": "e1"}, {"id": "e2", "subject_id": 2}]}
    [row] = opened("Observation", [{"id": "o", "encounter": {"reference": said, "display": NAME}}], beside=beside)
    wanted = f"Encounter/{rekey(OWN, 'Encounter', 'e1')}" if found else None
    assert (row.get("encounter") or {"reference": None})["reference"] == wanted


def test_two_sources_may_call_two_things_alike(opened: Opened) -> None:
    said = [{"id": "1", "status": "final"}, {"id": "1", "status": "amended", "source": "lab"}]
    first, second = opened("Observation", said)
    assert first["id"] != second["id"]


def test_a_person_alone_comes_out_as_among_others(release: Callable[..., Release]) -> None:
    def shard(*subjects: int) -> dict[str, pa.Table]:
        at = [{"subject_id": s, "id": f"x{n}"} for s in subjects for n in range(3)]
        visits = [row | {"status": "finished", "period": {"start": "2020-01-01"}} for row in at]
        said = [row | {"encounter": {"reference": "Encounter/x1"}, "recordedDate": "2020-02"} for row in at]
        return {"phi/fhir/Encounter": rows("Encounter", visits), "phi/fhir/Condition": rows("Condition", said)}

    def opened(*subjects: int) -> list[dict[str, Any]]:
        held = shard(*subjects)
        gate = release("research", held)
        return [row for name, table in held.items() for row in gate.table(name, table).to_pylist()]

    together = opened(2, 1)
    assert [row for row in together if row["subject_id"] == 1001] == opened(1)
    assert [row for row in together if row["subject_id"] == 1002] == opened(2)
