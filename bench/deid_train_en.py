"""Trains the shipped English tagger: practice notes, people put into open clinical text, simulated notes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Annotated

import typer

from bench.json_line import command, finish, say
from eval.corpora.clinical import read_aci, read_codiesp, read_mts
from eval.corpora.marked import Marked
from nlp.deid.practice.draft import Draft
from nlp.deid.practice.knowledge import load
from nlp.deid.practice.names import names
from nlp.deid.practice.notes import Practice
from nlp.deid.practice.sift import named, sift
from simulate.config import STYLES
from simulate.notes.corpus import notes_only

KEYS = ("documents", "held", "digest", "bias", "f1", "precision", "recall", "token_recall")
WITHHELD = "shout"
"""The style of simulated notes that no training sees: it helps to choose epoch and operating point."""
SOURCE = (
    "notes made of frames (nlp/deid/practice), the same put into MTS-Dialog, ACI-bench and CodiEsp's English texts, "
    "simulated notes (chartloom simulate); names from Faker, US census surnames, first names of TiDE, "
    "USA-cities-and-states, CMS hospitals"
)
LICENCE = (
    "MTS-Dialog, ACI-bench, CodiEsp: CC BY 4.0; census and CMS: public domain; TiDE: Apache-2.0; cities: CC0; "
    "Faker: MIT"
)


@dataclass(frozen=True)
class Course:
    """What is learned from: `paragraph` is about how many characters of open text stand in one block."""

    data: Path
    notes: int
    simulated: int
    seed: int
    paragraph: int = 1500

    def learned(self) -> list[Marked]:
        practice = Practice("train", self.texts(), self.data / "lexicons")
        seen = tuple(style for style in STYLES if style != WITHHELD)
        simulated = _simulated(notes_only(self.simulated, self.seed, styles=seen, share=0.05))
        return [*_documents(practice.notes(self.notes, self.seed), "practice"), *simulated]

    def held(self) -> list[Marked]:
        """Frames, names and a style of its own; ACI-bench's validation notes as they are."""
        pools = names("held", self.data / "lexicons")
        texts = list(sift(read_aci(self.data / "aci_bench", "valid"), named(pools)))
        texts = [piece for text in texts for piece in _pieces(text, self.paragraph)]
        practice = Practice("held", texts, self.data / "lexicons")
        simulated = _simulated(notes_only(60, self.seed + 1, styles=(WITHHELD,), share=0.05))
        return [*_documents(practice.notes(400, self.seed), "held"), *simulated]

    def texts(self) -> list[str]:
        known = named(names("train", self.data / "lexicons")) | named(names("held", self.data / "lexicons"))
        read = [*_spelt(read_mts(self.data / "mts_dialog")) * 6, *read_aci(self.data / "aci_bench") * 8,
                *read_codiesp(self.data / "codiesp")]  # fmt: skip
        return [piece for text in sift(read, known) for piece in _pieces(text, self.paragraph)]


def _spelt(sections: Iterable[str]) -> list[str]:
    """Section codes as charts spell them."""
    spelt = load("insertion")["sections"]
    pairs = (section.split(": ", 1) for section in sections)
    return [f"{spelt.get(code, code.title())}: {text}" for code, text in pairs]


def _pieces(text: str, size: int) -> Iterator[str]:
    rng, lines, piece = Random(len(text)), text.split("\n"), ""
    joint = rng.choice(["\n", " "])
    for line in lines:
        piece += (joint if piece else "") + line
        if len(piece) > size:
            yield piece
            piece = ""
    if piece:
        yield piece


def _documents(drafts: Iterable[Draft], name: str) -> Iterator[Marked]:
    for number, draft in enumerate(drafts):
        yield Marked(f"{name}-{number}", draft.text, tuple(sorted(draft.marks)))


def _simulated(rows: Iterable[dict[str, object]]) -> Iterator[Marked]:
    for row in rows:
        spans: list[dict[str, object]] = row["spans"]  # type: ignore[assignment]
        found = sorted((int(str(s["start"])), int(str(s["end"])), str(s["label"])) for s in spans)
        yield Marked(str(row["note_id"]), str(row["text"]), tuple(found), str(row["patient_id"]))


def main(
    data: Annotated[Path, typer.Argument(help="Folder of the open corpora and lexicons.")],
    out: Annotated[Path, typer.Option(help="Where the artifact goes.")] = Path("models/weights/deid-en"),
    notes: Annotated[int, typer.Option(help="Practice notes.")] = 9000,
    simulated: Annotated[int, typer.Option(help="Simulated notes.")] = 900,
    epochs: Annotated[int, typer.Option(help="Times everything is read.")] = 3,
    minutes: Annotated[float, typer.Option(help="Training ends after the epoch in which they are over.")] = 12.0,
    seed: Annotated[int, typer.Option(help="Of data and network.")] = 1,
    rate: Annotated[float, typer.Option(help="Highest learning rate.")] = 2e-3,
    start: Annotated[Path | None, typer.Option(help="An artifact to begin from.")] = None,
) -> None:
    """The tagger in models/weights/deid-en, from the data it names in its card.

    Example: python -m bench.deid_train_en /data --out models/weights/deid-en
    """
    import torch

    from models.train import Schedule
    from nlp.deid.train import Training, teach

    torch.set_num_threads(1)
    course = Course(data, notes, simulated, seed)
    learned, held = course.learned(), course.held()
    say(f"{len(learned)} documents, {sum(len(d.text) for d in learned)} characters; {len(held)} held out")
    training = Training(
        schedule=Schedule(epochs=epochs, minutes=minutes, seed=seed, rate=rate), start=start,
        source=SOURCE, licence=LICENCE, phi=False,
        command=f"python -m bench.deid_train_en DATA --notes {notes} --simulated {simulated} "
        f"--epochs {epochs} --seed {seed} --rate {rate}{' --start ' + start.name if start else ''}",
    )  # fmt: skip
    measured = teach(learned, held, out, training, say)
    finish(KEYS, {"documents": len(learned), "held": len(held), **measured})


if __name__ == "__main__":
    command(main)
