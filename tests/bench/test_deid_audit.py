"""The audit's bench counts what is withheld: all of what is planted openly, nothing of a clean root."""

from bench.deid_audit import measured

WHO = {
    "resourceType": "Patient", "id": "w", "birthDate": "1950-02-28",
    "name": [{"family": "Quillbottom", "given": ["Zephyrine"]}],
    "identifier": [{"type": {"coding": [{"code": "MR"}]}, "value": "90417733"}],
}  # fmt: skip


def canary(key: str, text: str, where: str, part: str, value: str) -> dict[str, object]:
    identifier = {"part": part, "label": "PATIENT", "value": value}
    return {"id": key, "disguise": "none", "subject": "w", "identifier": identifier, "text": text, "where": where}


def test_what_is_planted_is_found_and_what_is_not_is_missed() -> None:
    planted = [
        canary("a", "seen with Zephyrine Quillbottom", "note", "name", "Zephyrine Quillbottom"),
        canary("b", "chart 9041 7733", "fhir", "number", "90417733"),
        canary("c", "quillbottom", "timeline", "name", "Quillbottom"),
        canary("d", "of 90417733", "metadata", "number", "90417733"),
        canary("e", "nothing of hers", "note", "name", "Zephyrine Quillbottom"),
    ]
    line, missed = measured(planted, [WHO], 40, 3)
    assert line == {"canaries": 5, "found": 4, "false_alarms_per_1000": 0.0}
    assert dict(missed) == {"none in note": 1}
