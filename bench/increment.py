"""What a second night costs when 1 % of the patients are new or changed, and whether it equals a rebuild."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bench.contents import PLACE, Content, contents, differences
from bench.deliveries import Nights, simulated
from bench.json_line import command, finish, say
from bench.measure import Cost
from bench.night import Hospital, manifest
from bench.place import workplace

KEYS = ("cost_share", "bytes_share", "identical")
IDS = frozenset({"encounter_id", "fhir_id"})
"""Columns of the timeline that a resource made anew may change; who, when, what, how much must agree."""


@dataclass(frozen=True)
class Run:
    """A hospital after some nights: what each cost and what the last one left."""

    costs: tuple[Cost, ...]
    contents: dict[str, Content]
    timeline: Content


def run_nights(folder: Path, deliveries: list[list[tuple[str, Path]]]) -> Run:
    """A fresh lake; each entry of `deliveries` arrives before one night."""
    hospital = Hospital(folder, delivery="delta")
    costs: list[Cost] = []
    for arriving in deliveries:
        hospital.configure()
        for name, tables in arriving:
            hospital.deliver(name, tables)
        costs.append(hospital.run(f"night{len(costs) + 1}.log"))
        _show(folder.name, hospital, costs[-1])
    last = hospital.snapshot()
    return Run(tuple(costs), contents(last), contents(last, PLACE | IDS)["phi/timeline"])


def _show(name: str, hospital: Hospital, cost: Cost) -> None:
    tables = manifest(hospital.snapshot()).get("tables", {}).values()
    stored = sum(table.get("bytes_written", 0) for table in tables) / 2**20
    say(f"  {name}: {cost.cpu_s:.2f} CPU-s, {cost.wall_s:.1f} s, {cost.written_bytes / 2**20:.1f} MB written "
        f"({stored:.1f} MB of tables), {cost.peak_mb:.0f} MB memory")  # fmt: skip


def identical(nights: Nights, grown: Run, place: Path) -> bool:
    """The lake that grew by nights holds what one gets that sees both deliveries, or the final state, at once."""
    rebuilt = run_nights(place / "rebuilt", [[("night1", nights.first), ("night2", nights.second)]])
    unlike = differences(grown.contents, rebuilt.contents)
    for line in unlike:
        say(f"  differs from the rebuild: {line}")
    final = run_nights(place / "final", [[("final", nights.final)]])
    same = final.timeline == grown.timeline
    if not same:
        say(
            f"  timeline: {grown.timeline.rows} events, {final.timeline.rows} when the final state is delivered at once"
        )
    return same and not unlike


def main(
    patients: Annotated[int, typer.Option(help="Persons of the simulated hospital.")] = 10_000,
    share: Annotated[float, typer.Option(help="Share of them who are new or changed in the second night.")] = 0.01,
    work: Annotated[Path | None, typer.Option(help="Folder for the hospital and its lakes; kept.")] = None,
) -> None:
    """The second night's share of the first one's CPU-seconds and of the bytes it wrote.

    Example: python -m bench.increment --patients 5000

    Night 1 delivers everybody, night 2 a delta of 1 %. `identical` compares every table by content with a lake that got
    both deliveries in one night, and the timeline also with one that got the final state alone.
    """
    with workplace("increment", work) as place:
        nights = simulated(patients, share, place / "simulated")
        grown = run_nights(place / "grown", [[("night1", nights.first)], [("night2", nights.second)]])
        first, second = grown.costs
        line = {
            "cost_share": round(second.cpu_s / first.cpu_s, 4),
            "bytes_share": round(second.written_bytes / first.written_bytes, 4),
            "identical": identical(nights, grown, place),
        }
    finish(KEYS, line)


if __name__ == "__main__":
    command(main)
