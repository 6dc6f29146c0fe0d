"""`chartloom train`: networks from marked examples, one command a task."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from contract.errors import ConfigError

app = typer.Typer(no_args_is_help=True, help="Train a network; the result is an artifact, a folder with its card.")
KINDS = ("bilstm_crf", "stacked", "transformer")
PARTS = ("oncology", "breast", "encoder")
Out = Annotated[Path, typer.Option(metavar="DIR", help="The artifact; replaced when all is trained.")]
Seed = Annotated[int, typer.Option(help="The same seed and data, the same artifact.")]
Source = Annotated[str, typer.Option(metavar="TEXT", help="For the card: whose data.")]
Licence = Annotated[str, typer.Option(metavar="TEXT", help="For the card: of the data.")]
OpenData = Annotated[bool, typer.Option("--open-data", help="The texts name nobody real: the artifact is no PHI.")]


@app.command()
def deid(
    data: Annotated[Path, typer.Option(metavar="DIR", help="brat files, or .jsonl lines with text and spans.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The artifact; name it deid-LANGUAGE, such as deid-en.")],
    kind: Annotated[str, typer.Option(help=f"{', '.join(KINDS)}.")] = "bilstm_crf",
    language: Annotated[str, typer.Option(help="BCP 47, of the documents.")] = "en",
    epochs: Annotated[int, typer.Option(min=1, help="Times that every document is read.")] = 14,
    members: Annotated[int, typer.Option(min=1, help="Networks that vote, each of a seed of its own.")] = 1,
    seed: Seed = 1,
    open_data: OpenData = False,
) -> None:
    """Train a tagger for de-identification. A tenth of the documents is held out to choose epoch and threshold.

    \b
    Example: chartloom train deid --data notes --out weights/deid-en
             chartloom run nightly      with `artifact: weights` of the step deid in pipelines.yaml
    """
    if kind not in KINDS:
        raise ConfigError(f"--kind is {kind!r}; expected {', '.join(KINDS)}.")
    from models.train import Schedule
    from nlp.deid.train import Training, train

    said = f"chartloom train deid --kind {kind} --language {language} --epochs {epochs} --members {members}"
    schedule = Schedule(epochs=epochs, seed=seed)
    training = Training(kind, language, schedule, members=members, command=f"{said} --seed {seed}", phi=not open_data)
    measured = train(data, out, training, tell=lambda line: typer.echo(line, err=True))
    typer.echo(", ".join(f"{name} {value}" for name, value in measured.items()))


@app.command()
def icd(
    data: Annotated[
        Path, typer.Option(metavar="DIR", help="The layout of CodiEsp, or notes.parquet beside labels.parquet.")
    ],
    out: Out,
    system: Annotated[str, typer.Option(help="ours, or one of the literature: svm, cbow, ...")] = "ours",
    task: Annotated[str, typer.Option(help="D (diagnoses), P (procedures) or both.")] = "both",
    language: Annotated[str, typer.Option(help="Of the notes to learn from, with commas.")] = "es,en",
    seed: Seed = 1,
    source: Source = "not said",
    licence: Licence = "not said",
    open_data: OpenData = False,
) -> None:
    """Train a coder that suggests ICD codes. The folder appears when all is trained, or stays as it was.

    \b
    Tables: notes (note_id, text; encounter_id, language ...) and labels (unit_id: the encounter,
    or the note that has none; label: ICD-10-CM//I50.9; evidence: the words marked for it, if any).
    Example: chartloom train icd --data codiesp/train --out artifacts/icd --open-data
             chartloom apply icd --in notes=notes.csv --out out --set artifact=artifacts/icd
             chartloom run nightly      with `artifact: artifacts/icd` of the step icd in pipelines.yaml
    """
    from nlp.icd.train import Training, train

    languages = tuple(dict.fromkeys(part.strip().lower() for part in language.split(",") if part.strip()))
    said = f"chartloom train icd --system {system} --task {task} --language {','.join(languages)} --seed {seed}"
    training = Training(system, task, languages, seed, source=source, licence=licence, command=said, phi=not open_data)
    trained = train(data, out, training, tell=lambda line: typer.echo(line, err=True))
    for code_system, learned in trained.parts.items():
        typer.echo(f"{code_system}: {', '.join(f'{name} {value}' for name, value in learned.items())}")
    typer.echo(f"digest {trained.digest}")


@app.command()
def event(
    event: Annotated[str, typer.Option(metavar="FILE", help="The event, as YAML; or the name of a shipped one.")],
    data: Annotated[Path, typer.Option(metavar="FILE", help="Labelled notes: .parquet, .csv or .jsonl.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The artifact; name it as the event.")],
    compare: Annotated[
        bool, typer.Option("--compare", help="Cross-validate the five systems of the literature beside ours.")
    ] = False,
    seed: Seed = 1,
    source: Source = "not said",
    licence: Licence = "not said",
    open_data: OpenData = False,
) -> None:
    """Train a reader of one named event. From about 50 notes with note_id, text, label (and kind, language).

    \b
    Example: chartloom train event --event fall --data labelled.csv --out artifacts/events/fall
             chartloom next artifacts/events/fall --in notes=notes.parquet --out next.csv
    """
    from nlp.adverse.events.train import Training, train

    said = f"chartloom train event --event {Path(event).stem} --seed {seed}"
    training = Training(seed, compare, source, licence, said, phi=not open_data)
    trained = train(event, data, out, training, tell=lambda line: typer.echo(line, err=True))
    for name, one in trained.validated.items():
        typer.echo(f"{name}: kappa {one.kappa.value:.3f} [{one.kappa.low:.3f}, {one.kappa.high:.3f}]")
    typer.echo(f"digest {trained.digest}")


@app.command()
def adverse(
    data: Annotated[list[Path], typer.Option(metavar="DIR", help="The ADE corpus, or .jsonl marks; repeat to mix.")],
    out: Out,
    kind: Annotated[str, typer.Option(help="bilstm_crf, crf (light), stacked or transformer.")] = "bilstm_crf",
    checkpoint: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A local Hugging Face encoder, for a transformer.")
    ] = None,
    language: Annotated[str, typer.Option(help="BCP 47, of the texts.")] = "en",
    seed: Seed = 1,
    source: Source = "not said",
    licence: Licence = "not said",
    open_data: OpenData = False,
) -> None:
    """Train the miner of drugs, effects and which did which. Texts without any effect must be among the data.

    \b
    Marks: lines of text, spans [{start, end, label: DRUG or EFFECT}], relations [[drug, effect]] (places in spans).
    Example: chartloom train adverse --data ade_corpus_v2 --data our_notes --out artifacts/adverse
             chartloom run nightly      with `artifact: artifacts/adverse` of the step adverse in pipelines.yaml
    """
    from nlp.adverse.mining.train import Training, train

    said = f"chartloom train adverse --kind {kind} --language {language} --seed {seed}"
    training = Training(kind, language, seed, checkpoint=checkpoint, source=source, licence=licence, command=said,
                        phi=not open_data)  # fmt: skip
    trained = train(data, out, training, tell=lambda line: typer.echo(line, err=True))
    typer.echo(", ".join(f"{name} {value:.4f}" for name, value in trained.measured.items()))
    typer.echo(f"digest {trained.digest}")


@app.command()
def pathology(
    data: Annotated[
        Path, typer.Option(metavar="PATH", help="oncology: brat, CANTEMIST's layout; breast: .jsonl; encoder: .txt.")
    ],
    out: Out,
    part: Annotated[
        str,
        typer.Option(help="oncology (ICD-O-3), breast (fields of breast reports), encoder (oncology begins there)."),
    ] = "oncology",
    encoder: Annotated[
        str, typer.Option(metavar="DIR", help="What oncology begins with; none: nothing. Without it the shipped one.")
    ] = "",
    unmarked: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Texts without marks that teach oncology an encoder of its own.")
    ] = None,
    seed: Seed = 1,
    source: Source = "not said",
    licence: Licence = "not said",
    open_data: OpenData = False,
) -> None:
    """Train a reader of pathology reports, for the step `pathology`.

    \b
    Breast reports are lines of text and fields {name: value}, or specimens [{label, fields}] where there are several.
    Example: chartloom train pathology --data cantemist/train --out artifacts/oncology --open-data
             chartloom train pathology --part breast --data reports.jsonl --out artifacts/breast
             chartloom run nightly      with `oncology:` or `breast:` of the step pathology in pipelines.yaml
    """
    if part not in PARTS:
        raise ConfigError(f"--part is {part!r}; expected {', '.join(PARTS)}.")
    if (unmarked or encoder) and part != "oncology":
        raise ConfigError(f"--unmarked and --encoder are for oncology; --part is {part}.")
    if unmarked and encoder:
        raise ConfigError("--unmarked teaches an encoder and --encoder names one; expected one of them, or neither.")
    said = f"chartloom train pathology --part {part} --seed {seed}" + (f" --encoder {encoder}" if encoder else "")
    card = {"source": source, "licence": licence, "command": said, "phi": not open_data}
    begin = {} if not encoder else {"encoder": None if encoder == "none" else Path(encoder)}
    typer.echo(f"digest {_taught(part, data, out, {'seed': seed, **begin}, {'unmarked': unmarked, **card})}")


def _taught(part: str, data: Path, out: Path, lessons: dict[str, Any], card: dict[str, Any]) -> str:
    from nlp.pathology.breast import train as breast
    from nlp.pathology.oncology import begun
    from nlp.pathology.oncology import train as oncology
    from nlp.pathology.oncology.spans import Lessons

    tell = partial(typer.echo, err=True)
    if part == "oncology":
        return oncology.train(data, out, oncology.Training(Lessons(**lessons), **card), tell)
    del card["unmarked"]
    if part == "encoder":
        return begun.train(data, out, begun.Guessing(**lessons, **card), tell)
    return breast.train(data, out, breast.Training(**lessons, **card), tell)
