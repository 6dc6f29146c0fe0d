"""Does anything that names a person come through the structured policy? Fuzzed resources in, and a search.

python -m bench.deid_fhir                      (10,000 resources; --resources 500 for a look)

`planted` counts (resource, path, value); `survivors` counts (row, path, value) found in open tables: exact, in any
case, with other separators, inside JSON or base64. codes_kept, numbers_kept and intervals_kept are shares, 1 is all.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated

import typer

from bench.deid_fhir_found import Kept, Survivor, kept, survivors
from bench.gate import deidentify, given, through
from bench.json_line import command, finish, say
from bench.plants.resources import Fuzzed, fuzzed
from contract.work import Stage

KEYS = ("planted", "survivors", "codes_kept", "numbers_kept", "intervals_kept")


def measured(made: Fuzzed, stage: Stage) -> tuple[dict[str, object], list[Survivor], Kept]:
    gone_in = given(made)
    out = through(stage, gone_in.shard)
    found, held = survivors(made, gone_in, out), kept(made, gone_in, out)
    planted = sum(len(record.plants) for records in made.records.values() for record in records)
    numbers = held.share(held.numbers)
    values = (planted, len(found), round(held.share(held.codes), 6), round(numbers, 6), round(held.intervals, 6))
    return dict(zip(KEYS, values, strict=True)), found, held


def tell(found: list[Survivor], held: Kept) -> None:
    """Where it leaks and what is lost, worst first; the people are invented, so they may be shown."""
    for (table, path), times in Counter((s.table, s.path) for s in found).most_common(20):
        one = next(s.value for s in found if (s.table, s.path) == (table, path))
        say(f"survivors: {times} in {table} {path}, such as {one}")
    for kind, times in (entry for entry in held.lost.most_common(10) if entry[1]):
        say(f"lost: {times} codes and numbers of {kind}")
    shares: Mapping[str, float] = {
        "rows missing": held.rows_missing / max(held.rows, 1),
        "codes kept of people": held.share(held.codes, " of people"),
        "instants that came out": held.dates["out"] / max(held.dates["in"], 1),
        "names with one surrogate": held.consistent,
    }
    say("; ".join(f"{name} {share:.4f}" for name, share in shares.items()) + f"; {len(held.names)} names seen")


def main(
    resources: Annotated[int, typer.Option(help="Resources to fuzz")] = 10_000,
    seed: Annotated[int, typer.Option(help="Another seed, other resources")] = 7,
    policy: Annotated[str, typer.Option(help="Policy of the stage")] = "research",
) -> None:
    """Identifiers planted in every string path of every type: how many survive, and is what is harmless kept?"""
    values, found, held = measured(fuzzed(resources, seed), deidentify(policy=policy))
    tell(found, held)
    finish(KEYS, values)


if __name__ == "__main__":
    command(main)
