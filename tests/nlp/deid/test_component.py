"""The spaCy component: found by its registered name, one document or many."""

import pytest

from nlp.deid.person import Identifier, Person

spacy = pytest.importorskip("spacy")

TOLD = "Seen by Dr. Hazel Quimby on 03/05/2019, MRN 4471902."


def test_the_registered_name_marks_and_rewrites() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("chartloom_deid")
    doc = nlp(TOLD)
    assert {"STAFF", "DATE", "MRN"} <= {span.label_ for span in doc.spans["chartloom_deid"]}
    assert "Quimby" not in doc._.deidentified and "4471902" not in doc._.deidentified


def test_whose_note_it_is_may_be_said() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("chartloom_deid", config={"layers": ["known"], "salt": "00" * 16})
    doc = nlp.make_doc("she said that zorblatt hurts")
    doc._.chartloom_person = Person(1, (Identifier("PATIENT", "family", "Zorblatt"),))
    doc = nlp.get_pipe("chartloom_deid")(doc)
    assert [span.text for span in doc.spans["chartloom_deid"]] == ["zorblatt"]


def test_a_salt_keeps_surrogates() -> None:
    said = []
    for _ in range(2):
        nlp = spacy.blank("en")
        nlp.add_pipe("chartloom_deid", config={"salt": "ab" * 16})
        said.append([doc._.deidentified for doc in nlp.pipe([TOLD, TOLD])])
    assert said[0] == said[1] and said[0][0] == said[0][1]
