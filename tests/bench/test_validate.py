"""bench.validate: the specification is frozen, mutants differ in one thing, examples are judged the whole way."""

from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest

from bench import validate
from bench.mutations import mutants
from bench.observations import observations
from bench.validate import judge, read_examples, read_spec
from contract.errors import ConfigError, InputError
from etl.rules.check import check

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p",
    "gender": "female",
    "name": [{"family": "A"}, {"family": "B"}],
}
SAID = {"does": "set", "values": ["x", "y"], "sites": ["Patient.name.family", "Patient.name.use"], "rules": ["r"]}


def test_the_specification_is_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(read_spec()["kinds"]) == 20
    monkeypatch.setitem(validate.FROZEN, "mutations.py", "0" * 64)
    with pytest.raises(ConfigError, match=r"mutations\.py is not the frozen one"):
        read_spec()


def test_a_mutant_is_the_example_but_for_one_thing() -> None:
    made = mutants([PATIENT], {"odd": SAID}, 10, 1)
    found = sorted([name["family"] for name in mutant.resource["name"]] for mutant in made)
    assert found == [["A", "x"], ["A", "y"], ["x", "B"], ["y", "B"]]  # use is not there
    assert PATIENT["name"] == [{"family": "A"}, {"family": "B"}]
    assert made == mutants([PATIENT], {"odd": SAID}, 10, 1)


def test_kinds_share_the_count_evenly() -> None:
    few = {"does": "remove", "sites": ["Patient.gender"], "rules": ["r"]}
    made = mutants([PATIENT], {"many": SAID, "few": few}, 4, 1)
    assert Counter(mutant.kind for mutant in made) == {"many": 3, "few": 1}


@pytest.mark.parametrize(
    ("does", "value", "gender"),
    [("wrap", None, ["female"]), ("remove", None, None), ("beside", {"active": True}, "female")],
)
def test_what_can_be_done(does: str, value: Any, gender: Any) -> None:
    said = {"does": does, "values": [value], "sites": ["Patient.gender"], "rules": ["r"]}
    [made] = mutants([PATIENT], {"odd": said}, 10, 1)
    assert made.resource.get("gender") == gender and made.resource.get("active") == (True if value else None)


def test_a_resource_is_judged_the_whole_way() -> None:
    assert not judge("Patient", orjson.dumps(PATIENT)).rejected
    assert judge("Patient", orjson.dumps({**PATIENT, "gender": ["female"]})).rejected == {("json-type", "gender")}
    odd = judge("Patient", orjson.dumps({**PATIENT, "gender": "x", "birthDate": "soon"}))
    assert odd.rejected == {("binding", "Patient.gender"), ("date-format", "Patient.birthDate")}
    assert odd.beyond(judge("Patient", orjson.dumps(PATIENT))) == {"binding", "date-format"}


def test_examples_are_files_that_hold_resources(tmp_path: Path) -> None:
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": PATIENT}, {"resource": PATIENT}]}
    (tmp_path / "one.json").write_bytes(orjson.dumps(PATIENT))
    (tmp_path / "two.json").write_bytes(orjson.dumps(bundle))
    (tmp_path / "package.json").write_bytes(b'{"name":"a"}')
    assert [(found.file, len(found.entries)) for found in read_examples(tmp_path)] == [("one.json", 1), ("two.json", 2)]
    with pytest.raises(InputError, match="no FHIR resources"):
        read_examples(tmp_path / "empty")


def test_simulated_observations_are_right() -> None:
    checked = check({"phi/fhir/Observation": observations(2_000)})
    assert not len(checked.quarantine) and not checked.warnings
