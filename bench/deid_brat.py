"""The tagging networks and the whole system on documents in brat format (MEDDOCAN): strict entity F1, token recall."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from bench.json_line import say
from eval.corpora.brat import read_brat
from eval.corpora.marked import Marked
from eval.entities import Entity, strict, token_recall
from models.train import Schedule
from nlp.deid.note import Note
from nlp.deid.pipeline import Pipeline
from nlp.deid.taggers.tagger import Tagger
from nlp.deid.train import Training, train

MAPPING = Path(__file__).parents[1] / "fhir_mappings" / "deid" / "meddocan.yaml"
SHIPPED = Path(__file__).parents[1] / "models" / "weights" / "deid-es"
KEPT = {"bilstm_crf": SHIPPED}
KINDS = (*KEPT, "stacked", "transformer")  # the last two are trained, or not scored
ADDING = ("known", "rules")
SCHEDULES = {
    "bilstm_crf": Schedule(epochs=14, rate=4e-3),
    "stacked": Schedule(epochs=12, rate=4e-3),
    "transformer": Schedule(epochs=10, rate=8e-4),
}


def score_brat(folder: Path, train_on: Path | None = None, unmarked: Path | None = None) -> dict[str, Any]:
    """Trains the three networks on `train_on`, or reads those shipped; the whole system is as it is shipped.

    `unmarked` is a folder of texts for the character model, the subwords and the encoder.
    """
    documents = read_brat(folder)
    systems: dict[str, Any] = dict.fromkeys(KINDS)
    for kind in KINDS:
        if train_on:
            systems[kind] = scored(documents, _trained(kind, train_on, unmarked, documents))
        elif kind in KEPT:
            systems[kind] = scored(documents, _tagged(KEPT[kind], documents))
        say(f"{kind}: {systems[kind]}")
    return {"systems": {**systems, "whole": scored(documents, *whole(documents))}}


def scored(
    documents: Sequence[Marked], found: Sequence[Sequence[Entity]], removed: Sequence[Sequence[Entity]] | None = None
) -> dict[str, float]:
    """F1 of the entities found; recall of the words that they, or all that is removed, cover."""
    gold, texts = [document.spans for document in documents], [document.text for document in documents]
    recall = token_recall(texts, gold, removed or found)
    return {"f1": round(strict(gold, found).f1, 4), "token_recall": round(recall, 4)}


def whole(documents: Sequence[Marked]) -> tuple[list[list[Entity]], list[list[Entity]]]:
    """Entities: the tagger's in its own labels, and what other layers add in the corpus's. And all that is removed.

    What the veto removes has no kind of its own, so it counts as removed words and not as entities.
    """
    notes = [Note(document.text, "es") for document in documents]
    theirs: Mapping[str, str] = yaml.safe_load(MAPPING.read_text(encoding="utf-8"))["theirs"]
    named, removed = [], []
    for entities, spans in zip(_tagged(SHIPPED, documents), Pipeline().spans(notes), strict=True):
        more = [span for span in spans if not any(span.start < end and start < span.end for start, end, _ in entities)]
        added = [(s.start, s.end, theirs[s.label]) for s in more if s.layer in ADDING and s.label in theirs]
        named.append([*entities, *added])
        removed.append([*entities, *((s.start, s.end, s.label) for s in spans)])
    return named, removed


def _trained(kind: str, data: Path, unmarked: Path | None, documents: Sequence[Marked]) -> list[list[Entity]]:
    training = Training(kind, "es", SCHEDULES[kind], unmarked=unmarked, phi=False)
    with TemporaryDirectory() as work:
        train(data, Path(work) / kind, training, lambda said: say(f"{kind}: {said}"))
        return _tagged(Path(work) / kind, documents)


def _tagged(artifact: Path, documents: Sequence[Marked]) -> list[list[Entity]]:
    found = Tagger(artifact).entities([document.text for document in documents])
    return [[(start, end, label) for start, end, label, _ in of] for of in found]
