"""Does the audit find what is planted in an open root, and does it leave a clean one alone?

python -m bench.deid_audit            (1,000 canaries, 3,000 clean notes; --canaries FILE --patients FILE)

The clean root: simulated notes in which everything that their truth marks is replaced by values of other simulated
persons. A canary of a note, a resource or an event stands in a row of its own subject; numbers and contacts of every
second one stand in a row of somebody else, where only the search against everyone can find them. What stands in
metadata belongs to no person: canaries there are given to the audit by its configuration, as a hospital does. A canary
counts as found when the audit withholds the row it stands in; a false alarm is a row that is withheld without one.
"""

import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import orjson
import typer

from bench.deid_audit_root import Root, audited, clean_root, planted
from bench.json_line import command, finish, say
from contract.errors import InputError

KEYS = ("canaries", "found", "false_alarms_per_1000")
Rows = list[dict[str, Any]]


def measured(canaries: Rows, bearers: Rows, notes: int, seed: int) -> tuple[dict[str, object], Counter[str]]:
    """The JSON line, and how many of each disguise were missed."""
    root = clean_root(notes, seed, bearers)
    began = time.process_time()
    alarms = audited(root, [])
    spent = time.process_time() - began
    say(f"{len(root.notes) / spent:,.0f} notes per CPU-second, {_size(root):,.0f} characters each, one process")
    whole, places = planted(root, canaries)
    told = [c["identifier"]["value"] for c in canaries if c["where"] == "metadata"]
    found = audited(whole, told) - alarms
    missed = Counter(f"{c['disguise']} in {c['where']}" for c in canaries if places[c["id"]] not in found)
    values = (len(canaries), len(canaries) - sum(missed.values()), round(1000 * len(alarms) / len(root.notes), 3))
    return dict(zip(KEYS, values, strict=True)), missed


def _size(root: Root) -> float:
    return sum(len(str(note["text"])) for note in root.notes) / len(root.notes)


def drawn(number: int, seed: int) -> tuple[Rows, Rows]:
    """As bench.plants makes them; a process of its own, so that what it draws is what its command line draws."""
    with TemporaryDirectory() as folder:
        program = [sys.executable, "-m", "bench.plants.canaries", "--n", str(number), "--seed", str(seed)]
        subprocess.run([*program, "--out", folder], check=True, stdout=subprocess.DEVNULL)
        return rows(Path(folder) / "CANARIES.jsonl"), rows(Path(folder) / "PATIENTS.ndjson")


def rows(path: Path) -> Rows:
    return [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]


def main(
    canaries: Annotated[Path | None, typer.Option(help="CANARIES.jsonl; drawn anew when absent.")] = None,
    patients: Annotated[Path | None, typer.Option(help="PATIENTS.ndjson of the canaries' subjects.")] = None,
    number: Annotated[int, typer.Option(help="Canaries to draw.")] = 1000,
    notes: Annotated[int, typer.Option(help="Clean notes.")] = 3000,
    seed: Annotated[int, typer.Option(help="Of canaries and notes.")] = 7,
) -> None:
    if (canaries is None) != (patients is None):
        raise InputError("canaries are of patients: hand in --canaries and --patients together, or neither.")
    given = (rows(canaries), rows(patients)) if canaries and patients else drawn(number, seed)
    values, missed = measured(*given, notes, seed)
    for what, times in missed.most_common():
        say(f"missed: {times} {what}")
    finish(KEYS, values)


if __name__ == "__main__":
    command(main)
