"""How bench.hl7 counts: facts against rows; its lists are frozen."""

from pathlib import Path

import pytest

from bench import hl7
from bench.facts import Made, checked, read_facts
from contract.errors import ConfigError
from store.snapshot import Snapshot

ROWS = {
    "phi/fhir/Patient": [{"subject_id": 1, "name": [{"family": "Moe"}], "gender": "female"}, {"subject_id": 2}],
    "phi/fhir/Observation": [
        {"subject_id": 1, "code": {"coding": [{"code": "a"}, {"code": "b"}]}, "valueQuantity": {"value": 5.0}},
        {"subject_id": 2, "code": {"coding": [{"code": "c"}]}},
    ],
    "phi/notes": [{"subject_id": 1, "text": "All  is\nwell."}],
    "phi/identities": [
        {"subject_id": 1, "merged_into": None, "key": "N.77"},
        {"subject_id": 3, "merged_into": 1, "key": "66"},
        {"subject_id": 2, "merged_into": None, "key": "N.177"},
    ],
}
MOE = {"family": "Moe"}


def holds(tmp_path: Path, fact: dict[str, object], person: dict[str, str] = MOE) -> bool:
    made = Made(Snapshot(tmp_path), dict(ROWS))
    ((_, so),) = checked({"person": person, "facts": [fact]}, made)
    return so


@pytest.mark.parametrize(
    "fact",
    [
        {"type": "Patient", "has": {"gender": "female"}},
        {"type": "Observation", "has": {"code.coding.code": "b", "valueQuantity.value": 5.0}},
        {"type": "Observation", "has": {"code.coding.code": "c"}, "count": 0},  # another person's
        {"type": "Observation", "count": 1},
        {"note": "is well."},
        {"same": ["77", "66"]},
        {"same": ["77", "177"], "count": 0},
    ],
)
def test_what_is_so(tmp_path: Path, fact: dict[str, object]) -> None:
    assert holds(tmp_path, fact)
    assert not holds(tmp_path, fact, {"family": "Nobody"})


@pytest.mark.parametrize(
    "fact",
    [
        {"type": "Observation", "has": {"code.coding.code": "a", "valueQuantity.value": 6.0}},
        {"type": "Observation", "has": {"valueQuantity.value": "5.0"}},
        {"type": "Observation", "count": 2},
        {"note": "is not well"},
        {"same": ["77", "177"]},
    ],
)
def test_what_is_not(tmp_path: Path, fact: dict[str, object]) -> None:
    assert not holds(tmp_path, fact)


def test_the_facts_are_the_frozen_ones_of_twenty(tmp_path: Path) -> None:
    said = [name for file, digest in hl7.FROZEN.items() for name in read_facts(hl7.HERE / file, digest)]
    assert len(said) == 20
    (tmp_path / "facts.yaml").write_text("documents: {}")
    with pytest.raises(ConfigError, match="frozen"):
        read_facts(tmp_path / "facts.yaml", hl7.FROZEN["hl7_facts.yaml"])


def test_messages_are_counted_in_files_of_all_kinds(tmp_path: Path) -> None:
    head = b"MSH|^~\\&|"
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.hl7").write_bytes(b"\xef\xbb\xbf" + head + b"\r" + head + b"\n" + b"\x0b" + head)
    (tmp_path / "in" / "deep" / "b.xml").write_bytes(b"<ClinicalDocument/>")
    (tmp_path / "in" / "c.json").write_bytes(b"{}")
    assert hl7.Feeds(tmp_path / "work").fill(tmp_path / "in") == 4
