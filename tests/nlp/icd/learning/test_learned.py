"""The summary: labels and notes of shards become terms."""

from typing import Any

import pyarrow as pa

from nlp.icd.learning.learned import LearnTerms, fingerprint, read
from schemas.registry import table
from tests.nlp.icd.learning.test_labelled import label


def notes(*texts: str, person: int | None = None) -> pa.Table:
    rows = [{"note_id": f"n{at}", "subject_id": at if person is None else person, "language": "en", "text": text}
            for at, text in enumerate(texts)]  # fmt: skip
    return table("notes").conform(pa.Table.from_pylist(rows))


def learned(held: pa.Table, *labels: dict[str, Any]) -> list[dict[str, Any]]:
    summary = LearnTerms()
    part = summary.partial({"notes": held, "labels": table("labels").conform(pa.Table.from_pylist(list(labels)))})
    made: list[dict[str, Any]] = summary.merge([part, summary.partial({"notes": held})])["terms"].to_pylist()
    return made


TEXTS = ("He has a frozen shoulder.", "She has a Frozen  shoulder, too.")


def test_two_coders_make_a_term() -> None:
    (term,) = learned(notes(*TEXTS), label(0, "ICD-10-CM//M75.02", "ann", "bob"))
    assert (term["phrase"], term["code"], term["state"], term["weight"]) == ("frozen shoulder", "M75.02", "active", 1.0)
    (same,) = read(pa.Table.from_pylist([term], schema=table("terms").schema))
    assert same.state == "active" and fingerprint([same]) != fingerprint([])


def test_a_phrase_of_one_person_alone_is_not_kept() -> None:
    said = label(0, "ICD-10-CM//M75.02", "ann", "bob")
    assert learned(notes(TEXTS[0], "Nothing hurts."), said) == []
    assert learned(notes(*TEXTS, person=5), said) == []


def test_who_rejects_and_who_says_the_contrary_vote_against() -> None:
    yes = label(0, "ICD-10-CM//M75.02", "ann", "bob", against=("cid",))
    assert learned(notes(*TEXTS), yes)[0]["state"] == "shadow"
    no = {**label(1, "NOT//ICD-10-CM//M75.02", "cid", "dan"), "evidence": label(0, "x")["evidence"]}
    assert learned(notes(*TEXTS), label(0, "ICD-10-CM//M75.02", "ann"), no)[0]["state"] == "retired"


def test_without_labels_there_is_no_term() -> None:
    assert len(LearnTerms().merge([LearnTerms().partial({"notes": notes(*TEXTS)})])["terms"]) == 0
