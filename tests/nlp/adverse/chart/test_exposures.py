"""Orders and administrations to courses, by codes and by words."""

from datetime import datetime

import pyarrow as pa

from nlp.adverse.chart.exposures import exposures
from nlp.adverse.chart.orders import moment, orders
from nlp.adverse.chart.timeline import Fact
from tests.nlp.adverse.chart.stand_in import Terms

DAY = [datetime(2024, 1, day) for day in range(1, 29)]


def fact(kind: str, day: int, name: str = "MedicationRequest/a", code: str = "RXNORM//314076", words: str = "") -> Fact:
    return Fact(kind, code, DAY[day], name, words=words)


def test_an_order_has_its_start_and_its_end() -> None:
    (course,), unread = exposures([fact("start", 2), fact("stop", 9)], {}, Terms())
    assert (course.start, course.stop, course.ingredients, unread) == (DAY[2], DAY[9], {"lisinopril"}, 0)


def test_doses_that_follow_each_other_are_one_course() -> None:
    doses = [fact("given", day, f"MedicationAdministration/{day}") for day in (3, 4, 6)]
    (course,), _ = exposures(doses, {}, Terms())
    assert (course.start, course.stop, course.fhir_id) == (DAY[3], DAY[6], "MedicationAdministration/3")


def test_what_a_code_does_not_tell_words_do() -> None:
    request = {"id": "a", "subject_id": 1, "status": "active", "authoredOn": "2024-01-03T00:00:00Z",
               "medicationCodeableConcept": {"coding": [], "text": "Zestril 5 mg"}}  # fmt: skip
    ordered = orders({"fhir/MedicationRequest": pa.Table.from_pylist([request])})[1]
    (course,), unread = exposures([fact("start", 2, code="LOCAL//x")], ordered, Terms())
    assert (course.ingredients, course.start, unread) == ({"lisinopril"}, DAY[2], 0)
    (alone,), _ = exposures([], ordered, Terms())
    assert (alone.fhir_id, alone.start, alone.stop) == ("MedicationRequest/a", DAY[2], None)
    (uncoded,), _ = exposures([fact("start", 1, code="UNCODED//MedicationRequest", words="amoxicillin")], {}, Terms())
    assert uncoded.ingredients == {"amoxicillin"}


def test_what_nobody_can_read_is_counted() -> None:
    assert exposures([fact("start", 1, code="LOCAL//x"), fact("stop", 2, code="LOCAL//x")], {}, Terms()) == ([], 1)


def test_times_of_resources() -> None:
    assert moment("2024-03") == datetime(2024, 3, 1) and moment("2024") == datetime(2024, 1, 1)
    assert moment("2024-03-02T01:00:00+02:00") == datetime(2024, 3, 1, 23) and moment("soon") is None
