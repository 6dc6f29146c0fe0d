"""How fast codes are suggested: notes of 1,500 tokens a CPU-second, some 9,000 labels, one core, the whole step."""

import cProfile
import pstats
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc
import typer

from bench.icd_labels import More
from bench.json_line import command, finish, say
from bench.place import workplace
from contract.errors import InputError
from contract.work import Shard
from nlp.icd.stage import SuggestCodes
from schemas.clinical import OPEN_NOTES

KEYS = ("notes_per_cpu_s", "notes", "tokens", "labels", "parts", "open_s", "train_cpu_s")
TOKENS = 1500
"""Runs of word characters that a note of the measure has; others count by their length."""
WORD = re.compile(r"\w+")
SHARD, WARM, PROFILED, SHOWN = 100, 8, 40, 12
ROOT = Path(__file__).parents[1]


def main(
    train: Annotated[Path, typer.Option(help="Folder in CodiEsp's layout to learn from.")],
    texts: Annotated[Path, typer.Option("--input", help="Folder of .txt that notes and terms are made of.")],
    count: Annotated[int, typer.Option(help="Notes.")] = 300,
    labels: Annotated[int, typer.Option(help="Labels, of diagnoses and procedures together; 0: as trained.")] = 9000,
    artifact: Annotated[Path | None, typer.Option(help="A trained coder; without it one is trained first.")] = None,
    work: Annotated[Path | None, typer.Option(help="Folder for what is made; kept.")] = None,
) -> None:
    """The stage from the table `notes` to the table `codes`, both code systems, in shards as a night hands them over.

    Example: python -m bench.icd_speed --train codiesp/train --input codiesp/unlabelled/text_files
    """
    with workplace("icd_speed", work) as place:
        notes, rest = _joined(texts, count)
        trained = 0.0
        if artifact is None:
            artifact, labels, trained = _trained(place, More(train, rest, labels))
        stage = SuggestCodes(artifact=str(artifact))
        open_s = _cpu(stage.open)
        stage.run(_shard(notes[:WARM]))
        shards = [_shard(notes[at : at + SHARD]) for at in range(0, len(notes), SHARD)]
        codes: list[pa.Table] = []
        cpu_s = _cpu(lambda: codes.extend(stage.run(shard)["codes"] for shard in shards))
        parts = _profiled(lambda: stage.run(_shard(notes[:PROFILED])))
    tokens = sum(len(WORD.findall(note)) for note in notes)
    coded = sum(len(pc.unique(table["encounter_id"])) for table in codes)
    say(f"{coded} of {len(notes)} notes have codes; {tokens} tokens, {cpu_s:.1f} CPU-s")
    found = [round(tokens / TOKENS / cpu_s, 1), len(notes), tokens, labels, parts, round(open_s, 2), round(trained, 1)]
    finish(KEYS, dict(zip(KEYS, found, strict=True)))


def _joined(folder: Path, count: int) -> tuple[list[str], list[str]]:
    """Notes of about 1,500 tokens, each of other texts, and the texts that are left."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))]
    made, held = [], []
    for at, text in enumerate(texts):
        held.append(text)
        if sum(len(WORD.findall(each)) for each in held) >= TOKENS:
            made.append("\n\n".join(held))
            held = []
        if len(made) == count:
            return made, texts[at + 1 :]
    raise InputError(f"{len(texts)} texts make {len(made)} notes of {TOKENS} tokens; give more texts, or --count less.")


def _trained(place: Path, more: More) -> tuple[Path, int, float]:
    from nlp.icd.train import Training, train

    labels = more.write(place / "data")
    say(f"{labels} labels; a coder is trained")
    spent = _cpu(lambda: train(place / "data", place / "artifact", Training(phi=False), say))
    return place / "artifact", labels, spent


def _shard(notes: Sequence[str]) -> Shard:
    rows = [{"note_id": f"n{at}", "subject_id": at, "text": text} for at, text in enumerate(notes)]
    return {"notes": OPEN_NOTES.conform(pa.Table.from_pylist(rows))}


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _profiled(work: Callable[[], object]) -> dict[str, float]:
    """Shares of the time by file of ours; what a library does counts where it was called from."""
    profile = cProfile.Profile()
    profile.runcall(work)
    spent: Counter[str] = Counter()
    for file, seconds in _own(pstats.Stats(profile)):
        spent[file] += seconds  # type: ignore[assignment]
    total = sum(spent.values())
    return {file: round(seconds / total, 3) for file, seconds in spent.most_common(SHOWN)}


def _own(stats: pstats.Stats) -> Iterator[tuple[str, float]]:
    """A function of a library gives its time to those that called it, by their shares, up to a file of ours."""
    held = stats.stats  # type: ignore[attr-defined]

    def place(function: tuple[str, int, str]) -> str:
        path = Path(function[0])
        return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) and ".venv" not in path.parts else ""

    def given(function: tuple[str, int, str], seconds: float, depth: int) -> Iterator[tuple[str, float]]:
        if own := place(function):
            yield own, seconds
            return
        callers = held[function][4]
        total = sum(called[3] for called in callers.values())
        if depth and total:
            for caller, called in callers.items():
                yield from given(caller, seconds * called[3] / total, depth - 1)
        else:
            yield "others", seconds

    for function, (_, _, own_time, _, _) in held.items():
        yield from given(function, own_time, 6)


if __name__ == "__main__":
    import os

    from runner.cli import LIBRARIES

    for key, value in LIBRARIES.items():
        os.environ.setdefault(key, value)  # as a worker of the night has them
    command(main)
