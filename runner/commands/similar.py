"""`chartloom similar`: the studies whose images are most like those of one."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contract.errors import ConfigError
from runner.commands.look import Format

if TYPE_CHECKING:
    import pyarrow as pa

    from imaging.reporter import Reporter
    from imaging.similar.index import Measure
    from imaging.similar.wanted import Wanted
    from runner.similar import Answer
    from runner.vector import Vector


class Metric(StrEnum):
    cosine = "cosine"
    inner = "inner"
    l2 = "l2"


class Compared(StrEnum):
    vectors = "vectors"
    findings = "findings"


class Pool(StrEnum):
    mean = "mean"
    best = "best"


DAY = ["%Y-%m-%d"]
Lakes = Annotated[
    list[Path] | None,
    typer.Option("--lake", metavar="DIR", envvar="CHARTLOOM_LAKE", help="A lake; repeat to search several as one."),
]
Study = Annotated[str, typer.Option(metavar="ID", help="A study_id of one of the lakes.")]
File = Annotated[Path | None, typer.Option(metavar="FILE", help="In place of a study: npy, npz or Parquet.")]
Encoder = Annotated[str, typer.Option(metavar="NAME", help="Of which encoder, where it is not plain.")]
Modality = Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this modality, as CR; repeat.")]
BodyPart = Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this body part, as CHEST; repeat.")]
Since = Annotated[datetime | None, typer.Option(formats=DAY, metavar="DATE", help="Made on this day (UTC) or later.")]
Until = Annotated[datetime | None, typer.Option(formats=DAY, metavar="DATE", help="Made on this day or earlier.")]
Other = Annotated[bool, typer.Option("--not-this-patient", help="Only studies of other persons.")]
Same = Annotated[bool, typer.Option("--only-this-patient", help="Only studies of the same person.")]
Earlier = Annotated[bool, typer.Option("--earlier", help="Only studies made before it.")]
By = Annotated[Metric, typer.Option(help="How alike two vectors are.")]
Images = Annotated[Pool, typer.Option(help="Several images: their mean, or the best pair.")]
Kind = Annotated[Compared, typer.Option("--by", help="The vectors, or what finding heads read in them.")]
Artifact = Annotated[Path | None, typer.Option(metavar="DIR", help="Whose heads; without it the shipped artifact's.")]
Most = Annotated[int, typer.Option("-k", "--most", min=1, help="At most so many studies.")]
Phi = Annotated[bool, typer.Option("--phi", help="The PHI roots: real ids and times; written to the audit.")]
Form = Annotated[Format, typer.Option("--format", help="How to write the answer.")]
Out = Annotated[Path | None, typer.Option(metavar="FILE", help="In place of the terminal; its ending says the format.")]


def similar(
    study: Study = "",
    vector: File = None,
    k: Most = 10,
    modality: Modality = None,
    body_part: BodyPart = None,
    since: Since = None,
    until: Until = None,
    not_this_patient: Other = False,
    only_this_patient: Same = False,
    earlier: Earlier = False,
    encoder: Encoder = "",
    by: Kind = Compared.vectors,
    artifact: Artifact = None,
    metric: By = Metric.cosine,
    pool: Images = Pool.mean,
    phi: Phi = False,
    form: Form = Format.table,
    out: Out = None,
    lake: Lakes = None,
) -> None:
    """Find the most similar studies. Exact search over embeddings, in one lake or several at once.

    Results say where they lie, whose they are and what their drafts hold. The study itself is left out.

    \b
    Example: chartloom similar --study ID
             chartloom similar --study ID --not-this-patient --body-part CHEST -k 20
             chartloom similar --study ID --by findings                   the same findings on the same side first
             chartloom similar --study ID --earlier --phi                 what a draft may be compared with
             chartloom similar --lake north/lake --lake south/lake --vector film.npy
    """
    from runner.commands.options import LAKE
    from runner.similar import Asking
    from runner.similar import similar as find

    wanted = _wanted(modality, body_part, _patient(not_this_patient, only_this_patient), earlier, (since, until))
    of = _of(study, vector, relative=bool(wanted.patient) or earlier)
    asking = Asking(of, k, encoder, wanted, *_compared(by, artifact, metric, pool))
    _tell(find(lake or [LAKE], asking, phi=phi), form, out, phi)


def _of(study: str, vector: Path | None, *, relative: bool) -> "str | Vector":
    """`relative`: a filter compares with the study that is asked of."""
    from runner.vector import read

    if bool(study) == (vector is not None):
        raise ConfigError("expected --study ID or --vector FILE, one of them.")
    if vector is not None and relative:
        raise ConfigError(
            "a vector has no person and no time: --not-this-patient, --only-this-patient and --earlier "
            "need --study; --until says a time."
        )
    return study if vector is None else read(vector)


def _compared(by: Compared, artifact: Path | None, metric: Metric, pool: Pool) -> "tuple[Measure, Reporter | None]":
    from imaging import reporter
    from imaging.similar.index import Measure
    from imaging.stage import SHIPPED

    if by is Compared.vectors:
        if artifact is not None:
            raise ConfigError("--artifact is for --by findings; vectors are compared as they are.")
        return Measure(metric.value, pool.value), None
    if metric is not Metric.cosine or pool is not Pool.mean:
        raise ConfigError("--by findings compares by cosine, and heads read all images of a study together.")
    return Measure(pool=Pool.best.value), reporter.load(artifact or SHIPPED)  # heads see images apart


def _patient(other: bool, same: bool) -> str:
    if other and same:
        raise ConfigError("--not-this-patient and --only-this-patient exclude each other; say one of them.")
    return "other" if other else "same" if same else ""


def _wanted(modality: list[str] | None, body_part: list[str] | None, patient: str, earlier: bool,
            days: tuple[datetime | None, datetime | None]) -> "Wanted":  # fmt: skip
    import numpy as np

    from imaging.similar.wanted import Wanted

    since, until = (None if day is None else np.datetime64(day, "us") for day in days)
    after = None if until is None else until + np.timedelta64(1, "D")  # the day itself is meant too
    return Wanted(tuple(modality or ()), tuple(body_part or ()), since, after, patient, earlier)


def _tell(answer: "Answer", form: Format, out: Path | None, phi: bool) -> None:
    from runner.commands import answer as writing

    for note in answer.notes:
        typer.echo(note, err=True)
    if not len(answer.rows):
        typer.echo("no study fits; fewer filters find more.", err=True)
    rows = answer.rows
    if form is Format.table and out is None:
        shown = _shown(rows)
        writing.on_screen(shown.schema, iter(shown.to_batches()))
    else:
        writing.write(rows.schema, iter(rows.to_batches()), form.value, out, private=phi)


def _shown(rows: "pa.Table") -> "pa.Table":
    """Narrow enough that ids stay whole on a usual screen: the day alone, no column that says nothing."""
    import pyarrow.compute as pc

    one = len(set(rows["repository"].to_pylist())) < 2
    empty = [name for name in rows.column_names if len(rows) and rows[name].null_count == len(rows)]
    shown = rows.drop_columns([*empty, *(["repository"] if one else [])])
    if "time" not in shown.column_names:
        return shown
    at = shown.column_names.index("time")
    return shown.set_column(at, "day", pc.strftime(shown["time"], format="%Y-%m-%d"))
