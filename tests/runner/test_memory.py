"""What bounds memory: how a night is cut into batches, and a batch into pieces."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from runner.batch import chunks
from runner.config import load
from runner.inbox import Found, Known
from runner.plan import Plan, make_plan
from runner.rows import Persons
from runner.spooling import RAW_PER_STORED, Cut, cut
from store.snapshot import Snapshot
from tests.runner.hospital import Hospital, person

MB = 1_000_000


def plan(hospital: Hospital, batch_mb: float) -> Plan:
    (hospital.root / "inbox" / "csv").mkdir(parents=True, exist_ok=True)
    hospital.engine = {"kind": "serial", "batch_mb": batch_mb}
    return make_plan(load(hospital.configure()), "nightly")


def arriving(megabytes: float, name: str = "a.csv") -> list[Found]:
    return [Found("csv", "g", "new", Known("", 1, {name: (int(megabytes * MB), 0, "")}), None)]


def cut_for(hospital: Hospital, megabytes: float, persons: int, known: int, name: str = "a.csv") -> Cut:
    table = pa.table({"ordinal": np.arange(persons)})
    return cut(plan(hospital, 10), arriving(megabytes, name), table, known, None, whole=False)


@pytest.mark.parametrize(
    ("megabytes", "persons", "known", "name", "batches"),
    [
        (5, 200, 0, "a.csv", 1),
        (100, 200, 0, "a.csv", 10),
        (10, 200, 0, "a.csv.gz", 10),
        (100, 200, 200, "a.csv", 10),
        (100, 2, 0, "a.csv", 1),
        (0, 0, 0, "a.csv", 1),
    ],
    ids=["little", "first night", "packed", "a great delta", "one shard is never cut", "nothing"],
)
def test_batches_hold_so_much_raw_text(
    megabytes: float, persons: int, known: int, name: str, batches: int, hospital: Hospital
) -> None:
    ranges = cut_for(hospital, megabytes, persons, known, name).ranges()
    assert len(ranges) == pytest.approx(batches, abs=1)
    assert [start for start, _ in ranges] == [0, *(end for _, end in ranges[:-1])]
    assert ranges[-1][1] == max((persons + 1) // 2, 1)


def test_a_great_delta_with_one_new_person_is_cut_for_the_old_ones_too(hospital: Hospital) -> None:
    ranges = cut_for(hospital, 100, 202, 200).ranges()
    assert max(end - start for start, end in ranges) <= 12


def test_every_shard_has_its_batch(hospital: Hospital) -> None:
    cuts = cut_for(hospital, 100, 200, 0)
    shards = np.arange(100)
    expected = [next(k for k, (a, b) in enumerate(cuts.ranges()) if a <= shard < b) for shard in shards]
    assert cuts.batch_of(shards).tolist() == expected


def test_pieces_of_a_batch_hold_so_many_stored_bytes(hospital: Hospital) -> None:
    hospital.csv("1", *(person(f"p{n}") for n in range(12)))
    hospital.night()
    found: Snapshot = hospital.snapshot
    shards = tuple(found.shards("phi/fhir/Patient"))
    assert list(chunks(shards, None, 1)) == [shards] == list(chunks(shards, found, 1)) and list(
        chunks((), found, 1)
    ) == [()]
    two = 2.5 * max(found.bytes_of(shard) for shard in shards) * RAW_PER_STORED / MB
    pieces = list(chunks(shards, found, two))
    assert [len(piece) for piece in pieces] == [2, 2, 2] and sum(pieces, ()) == shards
    assert all(len(piece) == 1 for piece in chunks(shards, found, 1e-9))


def test_rows_are_cut_where_shards_end_without_a_copy() -> None:
    people = pa.table({"subject_id": [50, 10, 30], "open_id": [7, 8, 9], "ordinal": [0, 1, 2]})
    persons = Persons(people, shard_subjects=2)
    rows = persons.in_order(pa.table({"subject_id": [30, 10, 50, 10], "n": [1, 2, 3, 4]}))
    assert rows["n"].to_pylist() == [3, 2, 4, 1]
    assert [(shard, part["n"].to_pylist()) for shard, part in persons.split(rows)] == [
        ("00000000", [3, 2, 4]),
        ("00000001", [1]),
    ]
    assert list(persons.split(rows.slice(0, 0))) == []
    opened = pa.table({"subject_id": [9, 7]})
    assert persons.in_order(opened, phi=False)["subject_id"].to_pylist() == [7, 9]
    assert persons.subjects(opened, phi=False).tolist() == [30, 50] and persons.open_ids(np.array([10])).tolist() == [8]


NIGHT = """
import resource, sys
from pathlib import Path
from runner import nightly
from runner.config import load
nightly.run(load(Path(sys.argv[1])), "nightly")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peak_mb(config: Path) -> int:
    done = subprocess.run([sys.executable, "-c", NIGHT, str(config)], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_memory_does_not_grow_with_the_delivery(tmp_path: Path) -> None:
    """24 times the rows in batches of one size; as one batch the greater night needs some 150 MB more."""
    peaks = []
    for name, times in (("small", 1), ("great", 24)):
        hospital = Hospital(tmp_path / name, engine={"kind": "serial", "batch_mb": 1}, steps={}, summaries={})
        hospital.csv("1", *(person(f"p{n}") for n in range(12 * times)))
        days = (f"2020-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 29))
        lines = [f"{day},p{{n}},8302-2,Height,{170 + k % 9},cm,numeric" for k, day in enumerate(days) for _ in range(2)]
        rows = "\n".join(line.format(n=n) for n in range(12 * times) for line in lines)
        header = "DATE,PATIENT,CODE,DESCRIPTION,VALUE,UNITS,TYPE"
        (hospital.root / "inbox" / "csv" / "1" / "observations.csv").write_text(f"{header}\n{rows}\n")
        peaks.append(peak_mb(hospital.configure()))
    assert peaks[1] - peaks[0] < 75, f"{peaks} MB"
