"""Trains the shipped English miner: the ADE corpus, practice texts, simulated notes of three of the four styles."""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from bench.json_line import command, finish, say
from nlp.adverse.mention import DRUG, EFFECT
from nlp.adverse.mining.train import Training, train
from nlp.adverse.practice.practice import Told, texts
from nlp.adverse.practice.vocabulary import vocabulary
from simulate.config import STYLES
from simulate.notes.chart import Note
from simulate.notes.corpus import draw_notes

KEYS = ("texts", "notes", "digest", "measured")
WITHHELD = "shout"
"""The style of simulated notes that no training sees."""
RELATED = ("told", "both", "apart", "past", "allergic")
"""Frames whose drugs and effects belong together. What is denied or feared is none, as in the ADE corpus."""
LABELS = {"drug": DRUG, "effect": EFFECT}
SOURCE = (
    "ADE corpus V2 (Gurulingappa et al., J Biomed Inform 45 (2012) 885-892: please cite it), practice texts "
    "made of frames (nlp/adverse/practice), simulated notes (chartloom simulate)"
)
LICENCE = "ADE corpus: free for research, its authors ask for citation; the rest was written for chartloom"


def main(
    data: Annotated[Path, typer.Option(help="The folder of the ADE corpus.")],
    out: Annotated[Path, typer.Option(help="The artifact.")],
    practice: Annotated[int, typer.Option(help="Practice texts.")] = 3000,
    simulated: Annotated[int, typer.Option(help="Simulated notes.")] = 1500,
    seed: int = 1,
) -> None:
    """Writes the artifact; KEYS as one JSON line."""
    with tempfile.TemporaryDirectory() as held:
        folder = Path(held)
        made = _write(folder / "practice.jsonl", _practised(practice, seed))
        notes = _write(folder / "simulated.jsonl", _simulated(simulated, seed))
        said = f"python -m bench.adverse_train --practice {practice} --simulated {simulated} --seed {seed}"
        training = Training(seed=seed, source=SOURCE, licence=LICENCE, command=said, phi=False)
        trained = train([data, folder], out, training, say)
    finish(KEYS, {"texts": made, "notes": notes, "digest": trained.digest, "measured": dict(trained.measured)})


def _practised(count: int, seed: int) -> Iterator[dict[str, Any]]:
    for at, told in enumerate(texts(vocabulary(seed), count, seed)):
        yield {"note_id": f"practice/{at}", "text": told.text, "spans": _spans(told.spans), "relations": _kept(told)}


def _kept(told: Told) -> list[tuple[int, int]]:
    return [pair for pair, kind in zip(told.relations, told.related, strict=True) if kind in RELATED]


def _simulated(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """A relation is what the truth links, where it is present or was so once."""
    seen = tuple(style for style in STYLES if style != WITHHELD)
    for note in draw_notes(count, seed, styles=seen, share=0.05):
        yield _marked(note)


def _marked(note: Note) -> dict[str, Any]:
    facts = sorted(fact for fact in note.facts if fact[2] in LABELS)
    spans = [(start, end, LABELS[kind]) for start, end, kind, *_ in facts]
    pairs = [
        (one, other)
        for one, drug in enumerate(facts)
        for other, effect in enumerate(facts)
        if drug[2] == "drug" and effect[2] == "effect" and drug[6] == effect[6] >= 0
        and effect[5] in ("present", "history")
    ]  # fmt: skip
    return {"patient_id": note.chart.who.patient_id, "text": note.text, "spans": _spans(spans), "relations": pairs}


def _spans(spans: Iterable[tuple[int, int, str]]) -> list[dict[str, Any]]:
    return [{"start": start, "end": end, "label": label} for start, end, label in spans]


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    lines = [orjson.dumps(row) for row in rows]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return len(lines)


if __name__ == "__main__":
    command(main)
