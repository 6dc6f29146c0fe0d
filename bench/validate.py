"""The R4 rules held against a million Observations, the official examples, and 1,000 mutations of these.

fhir.resources (R4B) does the same beside it: its speed and what it catches are said on stderr.
"""

import hashlib
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import orjson
import pyarrow as pa
import typer
import yaml

from bench.json_line import command, finish, say
from bench.mutations import Mutant, mutants
from bench.observations import observations
from contract.errors import ConfigError, InputError
from etl.fhir.entry import Entry, Fault
from etl.fhir.files import items
from etl.fhir.tables import from_json, to_json
from etl.fhir.versions import other_version
from etl.rules.check import check
from schemas.fhir import resource_types

KEYS = ("rows_per_cpu_s", "examples", "examples_ok", "mutations", "caught")
FOLDER = Path(__file__).parent
FROZEN = {
    "validate_spec.yaml": "517b9039c6247be977d93f4c2357782fcae04e3800f4e886693bec86be4723f2",
    "mutations.py": "125ce83d0cb433609ca6d9625a5dfbc4bfbf131a95116d0c3fa5d726db9f3e7a",
}
ROWS = 1_000_000
REPEATS = 3
PEER_ROWS = 3_000
ALSO = re.compile(r"([\w-]+) \(([A-Z]\w+[.\w\[\]]*)\)")  # the further rules that a row of quarantine names
BESIDE = "reference-absent"  # a resource alone has lost all others


@dataclass(frozen=True)
class Said:
    """What became of one resource: (rule, element) for which it was set aside, and of which it was warned."""

    rejected: frozenset[tuple[str, str]]
    warned: frozenset[tuple[str, str]] = frozenset()

    def beyond(self, before: "Said") -> frozenset[str]:
        """Rules newly said, or said of another element."""
        return frozenset(rule for rule, _ in (self.rejected | self.warned) - (before.rejected | before.warned))


@dataclass(frozen=True)
class Example:
    file: str
    entries: tuple[Entry, ...]
    unread: tuple[str, ...]  # rules broken by what could not be read


def read_spec() -> dict[str, Any]:
    for name, frozen in FROZEN.items():
        found = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()
        if found != frozen:
            raise ConfigError(
                f"{name} is not the frozen one: its sha256 is {found}, expected {frozen[:12]}... "
                "Restore it; one that is meant to change is recorded in bench/validate.py with its reason."
            )
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / "validate_spec.yaml").read_text(encoding="utf-8"))
    return loaded


def read_examples(folder: Path) -> list[Example]:
    """Every JSON file below the folder that holds resources."""
    found = []
    for file in sorted(path for path in folder.rglob("*.json") if not path.name.startswith(".")):
        read = list(items(file))
        entries = tuple(item for item in read if isinstance(item, Entry))
        faults = tuple(item.rule for item in read if isinstance(item, Fault))
        if entries or b'"resourceType"' in file.read_bytes():
            found.append(Example(file.name, entries, faults))
    if not found:
        raise InputError(f"no FHIR resources below {folder.name}/: expected .json files, each a resource or a Bundle.")
    return found


def judge(kind: str, raw: bytes) -> Said:
    """One resource, from its JSON through the tables and the rules."""
    if other_version(kind, orjson.loads(raw)):
        return Said(frozenset((("fhir-version", ""),)))
    parsed = from_json(kind, [raw])
    if not len(parsed.table):
        return Said(_pairs(parsed.rejected, "rule", "element"))
    name = f"phi/fhir/{kind if kind in resource_types() else 'Other'}"
    rows = parsed.table.append_column("source", pa.array(["examples"])).append_column("source_line", pa.array([1]))
    for missing in ("source_file", "source_group"):
        rows = rows.append_column(missing, pa.array(["example"]))
    checked = check({name: rows})
    rejected = set(_pairs(checked.quarantine, "rule", "column"))
    for message in checked.quarantine.column("message").to_pylist():
        rejected.update(ALSO.findall(message.partition("; also ")[2]))
    warned = {(rule, element) for element, rule, _ in checked.warnings if rule != BESIDE}
    return Said(frozenset(rejected), frozenset(warned))


def _pairs(rows: pa.Table, rule: str, element: str) -> frozenset[tuple[str, str]]:
    return frozenset(zip(rows.column(rule).to_pylist(), rows.column(element).to_pylist(), strict=True))


def speed() -> float:
    """Rows a CPU-second through the rules, of the fastest of some turns; making the rows is not counted."""
    rows = observations(ROWS)
    shard = {"phi/fhir/Observation": rows}
    costs = []
    for _ in range(REPEATS):
        began = time.process_time()
        checked = check(shard)
        costs.append(time.process_time() - began)
    if len(checked.quarantine) or checked.warnings:
        raise InputError(f"the simulated rows should be right; found {checked.warnings}, and rows in quarantine.")
    say(f"{ROWS} Observations: {min(costs):.2f} to {max(costs):.2f} CPU-s")
    _peer_speed(rows.slice(0, PEER_ROWS), ROWS / sorted(costs)[REPEATS // 2])
    return ROWS / sorted(costs)[REPEATS // 2]


def _peer_speed(rows: pa.Table, ours: float) -> None:
    from fhir.resources.R4B.observation import Observation

    lines = to_json("Observation", rows)
    began = time.process_time()
    for line in lines:
        Observation.model_validate_json(line)
    theirs = len(lines) / (time.process_time() - began)
    say(f"fhir.resources: {theirs:.0f} Observations a CPU-second from JSON; the rules {ours / theirs:.0f} x of tables")


def accepted(examples: Sequence[Example]) -> int:
    """An example is accepted when nothing of it is set aside; of a Bundle, each of its resources."""
    good, without, warned = 0, 0, Counter[str]()
    for example in examples:
        said = [judge(entry.kind, entry.raw) for entry in example.entries]
        refused = sorted({*example.unread, *(rule for each in said for rule, _ in each.rejected)})
        without += all(entry.kind not in resource_types() for entry in example.entries)
        warned.update(rule for each in said for rule, _ in each.warned)
        if refused:
            say(f"  refused: {example.file} ({', '.join(refused)})")
        good += not refused
    say(f"{good} of {len(examples)} examples accepted; {without} hold types without columns, kept whole as Other")
    say(f"  warnings: {', '.join(f'{rule} {many}' for rule, many in warned.most_common())}")
    return good


def caught(chosen: Sequence[Mutant], before: Sequence[Said]) -> int:
    """Mutants that a matching rule speaks of which does not speak of the example unchanged."""
    counts: dict[str, Counter[str]] = {}
    theirs = peer(chosen)
    for mutant, their in zip(chosen, theirs, strict=True):
        kind = counts.setdefault(mutant.kind, Counter())
        new = _judged(mutant).beyond(before[mutant.number])
        right = not new.isdisjoint(mutant.rules)
        kind.update({"all": 1, "ours": right, "theirs": their})
        if not right:
            say(f"  missed: {mutant.kind} at {mutant.site}; said instead: {', '.join(sorted(new)) or 'nothing'}")
    for name, kind in sorted(counts.items()):
        say(f"  {name}: {kind['ours']} of {kind['all']} caught; fhir.resources {kind['theirs']}")
    total = sum(kind["ours"] for kind in counts.values())
    say(f"{total} of {len(chosen)} mutations caught; fhir.resources catches {sum(theirs)}")
    return total


def legal(chosen: Sequence[Mutant], before: Sequence[Said]) -> None:
    """Changes that break nothing: whatever is newly said of one is wrong."""
    wrong = 0
    for mutant in chosen:
        new = _judged(mutant).beyond(before[mutant.number])
        if new:
            wrong += 1
            say(f"  wrongly said of {mutant.kind} at {mutant.site}: {', '.join(sorted(new))}")
    say(f"{wrong} of {len(chosen)} legal changes wrongly objected to")


def peer(chosen: Sequence[Mutant]) -> list[bool]:
    """Which of them fhir.resources refuses."""
    from fhir.resources.R4B import get_fhir_model_class

    return [not _valid(get_fhir_model_class, mutant.resource) for mutant in chosen]


def _valid(model_of: Callable[[str], Any], resource: Mapping[str, Any]) -> bool:
    from pydantic import ValidationError

    try:
        model_of(resource["resourceType"]).model_validate_json(orjson.dumps(resource))
    except ValidationError:
        return False
    return True


def _judged(mutant: Mutant) -> Said:
    return judge(mutant.resource["resourceType"], orjson.dumps(mutant.resource))


def _single(examples: Sequence[Example]) -> list[Entry]:
    """Examples that are one resource of a type with columns, and accepted: what is refused anyway proves nothing."""
    alone = [example.entries[0] for example in examples if len(example.entries) == 1 and not example.unread]
    return [e for e in alone if e.kind in resource_types() and not judge(e.kind, e.raw).rejected]


def main(
    folder: Annotated[Path, typer.Option("--examples", help="Folder of FHIR R4 resources, one file each or Bundles.")],
) -> None:
    """R4 rules: rows per CPU-second, official examples accepted, mutations caught.

    Example: python -m bench.validate --examples fhir_r4_examples

    bench/validate_spec.yaml says what is broken and by which clause of the standard; it and bench/mutations.py are
    frozen by their digests. Refused examples, missed mutations and legal changes objected to are listed on stderr.
    """
    spec = read_spec()
    rate = speed()
    examples = read_examples(folder)
    good = accepted(examples)
    entries = _single(examples)
    resources, before = (
        [orjson.loads(entry.raw) for entry in entries],
        [judge(entry.kind, entry.raw) for entry in entries],
    )
    broken = mutants(resources, spec["kinds"], spec["count"], spec["seed"])
    found = caught(broken, before)
    legal(mutants(resources, spec["legal"], spec["controls"], spec["seed"]), before)
    values = (round(rate), len(examples), good, len(broken), found)
    finish(KEYS, dict(zip(KEYS, values, strict=True)))


if __name__ == "__main__":
    command(main)
