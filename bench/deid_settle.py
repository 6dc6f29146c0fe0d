"""Settles how eager the English tagger is, on text it has not learned from, and writes the figures on its card."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Annotated

import typer

from bench.deid_train_en import WITHHELD, Course
from bench.json_line import command, finish, say
from eval.corpora.clinical import read_ade
from eval.corpora.marked import Marked
from eval.corpora.presidio import read_presidio
from eval.removal import Judged, judge
from models.artifact import load, save
from nlp.deid.labels import HIPAA
from nlp.deid.note import Note
from nlp.deid.practice.insertion import marked
from nlp.deid.practice.names import names
from nlp.deid.practice.sift import named, sift
from nlp.deid.taggers.tagger import Tagger

KEYS = ("bias", "digest", "measured")
BIASES = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
MOST = 0.002
"""Part of the words that name nobody which the tagger alone may remove, in held-out notes and in abstracts."""
GUARDED = ("held-out practice", "ADE abstracts")
Figures = dict[str, dict[str, float]]


def sets(data: Path) -> dict[str, list[Marked]]:
    """Held-out frames and names; a style of simulated notes; sentences that are not clinical; abstracts of nobody."""
    held = Course(data, 0, 0, seed=77).held()
    pools = names("train", data / "lexicons"), names("held", data / "lexicons")
    abstracts = list(sift(read_ade(data / "ade_corpus_v2"), named(pools[0]) | named(pools[1])))
    Random(1).shuffle(abstracts)
    return {
        "held-out practice": [one for one in held if not one.patient],
        f"simulated, style {WITHHELD}": [one for one in held if one.patient],
        "presidio-research": read_presidio(data / "presidio_research"),
        "ADE abstracts": [Marked("", text, tuple(marked(text))) for text in abstracts[:2500]],
    }


def measured(artifact: Path, bias: float, documents: Mapping[str, Sequence[Marked]]) -> Figures:
    tagger = Tagger(artifact, bias)
    shown: Figures = {}
    for name, of in documents.items():
        found = tagger.find([Note(one.text) for one in of])
        ends = [[(span.start, span.end, span.label) for span in spans] for spans in found]
        judged = [Judged(one.text, one.spans, (), spans) for one, spans in zip(of, ends, strict=True)]
        shown[name] = {key: value for key, value in judge(judged, HIPAA).figures().items() if key != "decoys_damaged"}
    return shown


def settled(artifact: Path, documents: Mapping[str, Sequence[Marked]]) -> tuple[float, Figures]:
    """The most eager bias that stays under MOST; the least where none does."""
    best = (BIASES[0], measured(artifact, BIASES[0], documents))
    for bias in BIASES[1:]:
        figures = measured(artifact, bias, {name: documents[name] for name in GUARDED})
        say(f"bias {bias}: {figures}")
        if any(figures[name]["non_phi_removed"] > MOST for name in GUARDED):
            break
        best = (bias, measured(artifact, bias, documents))
    return best


def card(text: str, bias: float, figures: Figures) -> str:
    before = text.split("\n## ")[0].rstrip("\n")
    rows = [f"| {name} | {' | '.join(f'{value:.4f}' for value in said.values())} |" for name, said in figures.items()]
    kept = all(figures[name]["non_phi_removed"] <= MOST for name in GUARDED)
    how = "the most eager at which it removes" if kept else "the least eager that was tried; none removes"
    said = (
        f"The tagger alone, at the bias it ships with, {bias}: {how} at most {MOST:.1%} "
        "of the words that name nobody in held-out practice and in ADE abstracts (`bench.deid_settle`). Frames, names "
        "and the simulated style of these sets are in no training note; presidio-research is not clinical and has "
        "labels of its own."
    )
    head = "| set | HIPAA token recall | spans covered | texts without leak | other words removed |"
    return "\n".join(
        [before, "", "## On text it has not learned from", "", said, "", head, "|---|---|---|---|---|", *rows, ""]
    )


def main(
    data: Annotated[Path, typer.Argument(help="Folder of the open corpora and lexicons.")],
    artifact: Annotated[Path, typer.Option(help="A trained tagger; it is changed.")] = Path("models/weights/deid-en"),
) -> None:
    """Bias and card of the English tagger.

    Example: python -m bench.deid_settle /data --artifact models/weights/deid-en
    """
    import torch

    torch.set_num_threads(1)
    bias, figures = settled(artifact, sets(data))
    trained = load(artifact)
    digest = save(
        replace(trained, config={**trained.config, "bias": bias}, card=card(trained.card, bias, figures)), artifact
    )
    finish(KEYS, {"bias": bias, "digest": digest, "measured": figures})


if __name__ == "__main__":
    command(main)
