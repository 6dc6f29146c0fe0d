"""Two lakes of the same persons: what is equal, what has a known cause, and what has none and is therefore shown."""

import json
from pathlib import Path

import pytest
import yaml

from bench.compare import CLASSES, KEYS, compare, lines, main
from contract.errors import InputError
from tests.runner.hospital import Hospital, condition, illness, patient, person, visit, weight

KNOWN = yaml.safe_load(CLASSES.read_text(encoding="utf-8"))
LOINC = {"coding": [{"system": "http://loinc.org", "code": "29463-7", "display": "Weight"}]}


def measured(key: str, moment: str, value: float) -> dict[str, object]:
    return {"resourceType": "Observation", "id": key, "status": "final", "subject": {"reference": "Patient/p1"},
            "code": LOINC, "effectiveDateTime": moment, "valueQuantity": {"value": value, "unit": "kg"}}  # fmt: skip


@pytest.fixture(scope="module")
def lakes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Hospital, Hospital]:
    """A diagnosis by date and by moment; weights: one rounded, one at another hour, one with another value."""
    csv, fhir = (Hospital(tmp_path_factory.mktemp(name)) for name in ("csv", "fhir"))
    csv.csv(
        "a",
        person("p1"),
        person("p2"),  # whom FHIR does not know
        illness("p1", "2020-01-01", "5"),
        weight("p1", "2020-03-01T10:00:00Z", 70.1),
        weight("p1", "2020-03-02T10:00:00Z", 71),
        weight("p1", "2020-03-03T10:00:00Z", 99),
        visit("p1", "v1", "2020-04-01", ENCOUNTERCLASS="ambulatory"),
    )
    fhir.fhir(
        "a",
        patient("p1"),
        {**condition("c", "p1", code="5"), "onsetDateTime": "2020-01-02T05:00:00Z"},  # in California still the first
        measured("a", "2020-03-01T10:00:00Z", 70.14),
        measured("b", "2020-03-02T11:00:00Z", 71),
        measured("c", "2020-03-03T10:00:00Z", 98),
    )
    for hospital in (csv, fhir):
        hospital.night()
    return csv, fhir


def test_events_are_paired_classed_or_left_unexplained(lakes: tuple[Hospital, Hospital]) -> None:
    found = compare(lakes[0].snapshot, lakes[1].snapshot, KNOWN)
    assert found.same == 4  # birth, sex, two weights
    assert found.alone["csv", "a date for a moment"] == found.alone["fhir", "a date for a moment"] == 1
    assert found.values == {"one decimal": 1, None: 1}
    assert ("csv", "LOINC//29463-7", 1) in found.unexplained and ("fhir", "LOINC//29463-7", 1) in found.unexplained
    assert found.events == {"csv": found.same + found.only("csv"), "fhir": found.same + found.only("fhir")}
    assert found.explained_share() == round(2 / sum(found.alone.values()), 4)


def test_the_table_names_causes_and_what_has_none(lakes: tuple[Hospital, Hospital]) -> None:
    said = "\n".join(lines(compare(lakes[0].snapshot, lakes[1].snapshot, KNOWN), KNOWN))
    assert "CSV has the local date" in said and "no cause: VISIT_START//AMB" in said and "CSV rounds" in said


def test_the_last_line_is_json(lakes: tuple[Hospital, Hospital], capsys: pytest.CaptureFixture[str]) -> None:
    main(lakes[0].lake.root, lakes[1].lake.root)
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert tuple(said) == KEYS and said["same"] == 4


def test_a_lake_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no published night"):
        main(tmp_path / "nowhere", tmp_path)


def test_every_class_has_a_cause_and_a_name_of_its_own() -> None:
    every = [KNOWN["dates"], *KNOWN["events"], *KNOWN["values"]]
    assert len({each["name"] for each in every}) == len(every) and all(each["cause"] for each in every)
