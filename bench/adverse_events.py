"""Adverse events of simulated hospitals: episodes from notes and timeline beside what is true; planted traps."""

import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import typer

from bench.adverse_planted import judge
from bench.adverse_truth import Matched, Truth, matched
from bench.json_line import command, finish, say
from bench.night import Hospital
from contract.work import Shard
from nlp.adverse.artifact import load
from nlp.adverse.chart.verdict import CONTRADICTIONS
from nlp.adverse.stage import FindAdverse
from schemas.registry import table
from simulate.config import STYLES, HospitalConfig
from simulate.hospital import simulate

KEYS = ("precision", "recall", "onset_days")
TABLES = ("notes", "timeline")


def night(config: HospitalConfig, folder: Path) -> Truth:
    """The hospital's raw export through the product's own etl; what is true in it."""
    simulate(config, folder / "made")
    hospital = Hospital(folder)
    hospital.deliver("csv", folder / "made" / "csv")
    hospital.run()
    return Truth.read(folder / "made" / "truth")


def shards(folder: Path) -> Iterator[Shard]:
    """Notes and timeline of the lake, shard by shard, as behind a gate that changes nothing."""
    snapshot = Hospital(folder).snapshot()
    for name in snapshot.shards("phi/notes"):
        read = {each: snapshot.read(f"phi/{each}", name) for each in TABLES if name in snapshot.shards(f"phi/{each}")}
        yield {each: table(each).conform(rows) for each, rows in read.items()}


def told(rows: Sequence[Mapping[str, Any]], truth: Truth, judged: Matched) -> None:
    """On stderr: by assertion, contradictions, what the wrong ones were."""
    say("found by assertion: " + _counted(row["assertion"] for row in rows))
    flags = Counter(flag for row in rows for flag in row["flags"])
    say("contradictions with the timeline: " + ", ".join(f"{name} {flags[name]}" for name in CONTRADICTIONS))
    say("other flags: " + _counted(flag for row in rows for flag in row["flags"] if flag not in CONTRADICTIONS))
    say("said of pairs, found as: " + _counted(_confusion(rows, truth)))
    false = [truth.meant(row) for row in judged.false]
    say("false: " + _counted("no planted pair" if each is None else f"true assertion {each[2]}" for each in false))
    say("missed by effect: " + _counted(key[2] for key in judged.missed))
    coded = sum(bool(row["drug_code"] and row["code"]) for row in rows)
    say(f"with codes of drug and effect: {coded:,} of {len(rows):,}")


def _confusion(rows: Sequence[Mapping[str, Any]], truth: Truth) -> list[str]:
    pairs = [(truth.meant(row), row["assertion"]) for row in rows]
    return [f"{meant[2]}->{found}" for meant, found in pairs if meant]


def _counted(values: Any) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in Counter(values).most_common(12)) or "none"


def planted(stage: FindAdverse, *, show: bool) -> None:
    judged = judge(stage, load(None, stage.tables).terms)
    every, right = Counter(each.trap for each in judged), Counter(each.trap for each in judged if each.right)
    say(
        f"planted: {sum(right.values())} of {len(judged)}: "
        + ", ".join(f"{t} {right[t]}/{n}" for t, n in every.items())
    )
    for each in judged:
        if show and not each.right:
            say(f"  {each.trap}: {each.why}")


def main(
    patients: Annotated[int, typer.Option(help="Persons of the simulated hospital.")] = 1000,
    seed: Annotated[int, typer.Option(help="Another seed, another hospital.")] = 104_729,
    styles: Annotated[str, typer.Option(help="Styles of its notes, comma between.")] = ",".join(STYLES),
    artifact: Annotated[str, typer.Option(help="A trained artifact; empty: the one shipped, else terms alone.")] = "",
    show: Annotated[bool, typer.Option("--show", help="Print the planted cases that came out wrong.")] = False,
) -> None:
    """Precision and recall of patient episodes, and how many days the onset is off.

    Example: python -m bench.adverse_events --patients 1000 --styles shout

    An episode is a person, a drug and an effect that a note states as present. It is found if a row stands on these
    mentions as present, with an onset within 30 days of the true one.
    """
    stage = FindAdverse(artifact=artifact)
    stage.open()
    planted(stage, show=show)
    with tempfile.TemporaryDirectory(prefix="bench-adverse-") as passing:
        config = HospitalConfig(patients=patients, seed=seed, styles=tuple(styles.split(",")), embeddings=False)
        truth = night(config, Path(passing))
        say("the night is done; notes are read")
        began = time.process_time()
        rows = [row for shard in shards(Path(passing)) for row in _findings(stage.run(shard))]
    say(f"{time.process_time() - began:.1f} CPU-s for {patients:,} persons")
    judged = matched(truth, rows)
    told(rows, truth, judged)
    right = len(judged.errors)
    say(f"{judged.true:,} true episodes, {judged.found:,} found, {right:,} of them true; version {stage.version}")
    values = {"precision": round(right / max(judged.found, 1), 4), "recall": round(right / max(judged.true, 1), 4)}
    finish(KEYS, {**values, "onset_days": statistics.median(judged.errors) if judged.errors else None})


def _findings(made: Shard) -> list[dict[str, Any]]:
    """Without named events."""
    rows: list[dict[str, Any]] = made.get("findings", pa.table({})).to_pylist()
    return [row for row in rows if row["kind"] == "adverse_event"]


if __name__ == "__main__":
    command(main)
