"""Is anything lost when a night is killed? kill -9 at a random moment, look, resume, compare with one left alone."""

import os
import random
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pyarrow.parquet as pq
import typer

from bench.contents import file_digests
from bench.deliveries import copied, simulated
from bench.json_line import command, finish, say
from bench.night import Hospital
from bench.place import workplace
from contract.errors import ChartloomError, CheckFailed
from store.lake import Lake

KEYS = ("kills", "same")
EVERY = 3
"""Every third kill falls into the second night, the others into the first."""
SHARE = 0.2
"""Of the persons, new or changed in the second night: enough work to be killed in."""

Digests = dict[tuple[str, str], str]


@dataclass(frozen=True)
class Stage:
    """A state of a hospital from which a night is started again and again, and what that night must come to."""

    start: Path  # hospital before the night: inbox and lake
    before: Digests | None  # digests of the snapshot before; None: there is none
    after: Digests
    wall_s: float


def reference(work: Path, first: Path, second: Path) -> list[Stage]:
    """Both nights, left alone: their digests and how long they take."""
    stages, before = [], None
    hospital = Hospital(work / "reference", delivery="delta", engine={"kind": "pool", "workers": 2})
    for name, tables in (("night1", first), ("night2", second)):
        hospital.configure()
        hospital.deliver(name, tables)
        start = work / f"before_{name}"
        shutil.copytree(hospital.folder, start, symlinks=True)
        cost = hospital.run()
        after = file_digests(hospital.snapshot())
        say(f"{name} left alone: {cost.wall_s:.1f} s, {len(after)} files")
        stages.append(Stage(start, before, after, cost.wall_s))
        before = after
    return stages


def kill_once(stage: Stage, work: Path, moment: float) -> bool | None:
    """Kill after `moment` seconds, look, resume. None: the night was over before the kill."""
    hospital = Hospital(work / "killed", delivery="delta", engine={"kind": "pool", "workers": 2})
    shutil.rmtree(hospital.folder, ignore_errors=True)
    shutil.copytree(stage.start, hospital.folder, symlinks=True)
    if not start_and_kill(hospital, moment):
        return None
    if not readable(hospital.lake, stage):
        return False
    hospital.run("resumed.log")
    return file_digests(hospital.snapshot()) == stage.after


def start_and_kill(hospital: Hospital, moment: float) -> bool:
    """kill -9 of the whole process group, workers too; False when it had ended by itself."""
    with (hospital.folder / "killed.log").open("wb") as log:
        night = subprocess.Popen(hospital.command(), stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        alive = True
        try:
            time.sleep(moment)
            alive = night.poll() is None
        finally:  # also when the bench is interrupted: nothing it started stays behind
            if alive:
                os.killpg(night.pid, signal.SIGKILL)
            night.wait()
    return alive


def readable(lake: Lake, stage: Stage) -> bool:
    """The lake shows the snapshot before the night, or already the whole new one; every file of it can be read."""
    try:
        found = lake.current() if lake.root.exists() else None
        digests = file_digests(found) if found else None
        for path in [found.folder / stat.path for stat in found.files.values()] if found else []:
            pq.ParquetFile(path).read()
    except (ChartloomError, OSError, ValueError) as error:  # pyarrow's errors of a damaged file are ValueErrors
        say(f"  after the kill the lake cannot be read: {type(error).__name__}")
        return False
    return digests in (stage.before, stage.after)


def kills(stages: list[Stage], work: Path, wanted: int, seed: int) -> tuple[int, int]:
    draw, done, same, vain = random.Random(seed), 0, 0, 0
    while done < wanted:
        stage = stages[1 if done % EVERY == EVERY - 1 else 0]
        moment = draw.uniform(0, stage.wall_s)
        held = attempt(stage, work, moment)
        if held is None:
            vain += 1
            if vain > 3 * wanted:
                raise CheckFailed("nights end before they can be killed; give more --patients so that they take longer")
            continue
        done, same = done + 1, same + held
        say(f"kill {done} of {wanted} after {moment:.2f} s of {stage.wall_s:.2f}: {'same' if held else 'DIFFERENT'}")
    return done, same


def attempt(stage: Stage, work: Path, moment: float) -> bool | None:
    try:
        return kill_once(stage, work, moment)
    except ChartloomError as error:  # the resumed night failed: that is the finding, not the end of the bench
        say(f"  {error}")
        return False


def inputs(source: Path | None, patients: int, work: Path) -> tuple[Path, Path]:
    """CSV folders of the first and second night."""
    if source:
        return copied(source, work / "second")
    nights = simulated(patients, SHARE, work / "simulated")
    return nights.first, nights.second


def main(
    number: Annotated[
        int, typer.Option("--kills", help="How often a night is killed; every third is a second night.")
    ] = 30,
    source: Annotated[
        Path | None, typer.Option("--input", help="Synthea CSV folder; else a simulated hospital.")
    ] = None,
    patients: Annotated[int, typer.Option(help="Persons of the simulated hospital.")] = 200,
    seed: Annotated[int, typer.Option(help="Draws the moments.")] = 7,
    work: Annotated[Path | None, typer.Option(help="Folder for the hospital and its lakes; kept.")] = None,
) -> None:
    """Kills nights at random moments with kill -9 and resumes them: the result must be the same to the byte.

    Example: python -m bench.crash --kills 30

    A kill counts when the night was still running. After it the last snapshot must be readable and unchanged; then the
    same command is run again and every file of every table is compared with a night that was left alone.
    """
    with workplace("crash", work) as place:
        done, same = kills(reference(place, *inputs(source, patients, place)), place, number, seed)
    finish(KEYS, {"kills": done, "same": same})


if __name__ == "__main__":
    command(main)
