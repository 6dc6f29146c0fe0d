"""A small tagger learns to mark what it was shown, and says the same when saved and loaded."""

from eval.corpora.marked import Marked
from models.train import Schedule
from nlp.tagging.learning import Plan
from nlp.tagging.tagger import SpanTagger, taught
from nlp.tagging.windows import Cut

DRUGS = ("aspirin", "ibuprofen", "naproxen", "warfarin", "digoxin", "lithium")
SMALL = {"hidden": 16, "words": {"buckets": 256, "part_buckets": 512, "size": 32}}


def _said(drug: str, at: int) -> Marked:
    text = f"Case {at}: rash after {drug} was given."
    start = text.index(drug)
    return Marked(str(at), text, ((start, start + len(drug), "DRUG"),))


def test_marks_what_it_was_shown_and_survives_the_disk(tmp_path):
    documents = [_said(drug, at) for at, drug in enumerate(DRUGS * 8)]
    plan = Plan(schedule=Schedule(epochs=12, rate=1e-2), cut=Cut(24, 0), batch=128, network=SMALL)
    tagger = taught(documents, documents[:6], plan)
    assert tagger.f1(documents) > 0.95
    tagger.save(tmp_path / "tagger", "card", phi=False)
    again = SpanTagger.load(tmp_path / "tagger")
    texts = [document.text for document in documents[:6]]
    assert [[e[:3] for e in of] for of in again.entities(texts)] == [
        [e[:3] for e in of] for of in tagger.entities(texts)
    ]
