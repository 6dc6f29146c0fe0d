"""The configuration that benches write is one that the product accepts; the peer gets only tables that are there."""

from pathlib import Path

import orjson
import pytest

from bench.json_line import json_line
from bench.meds_extract import present
from bench.night import SEED, Hospital
from bench.place import workplace
from contract.errors import CheckFailed
from runner.config import load


def test_the_product_accepts_the_configuration(tmp_path: Path) -> None:
    config = load(Hospital(tmp_path, delivery="delta").configure())
    assert (config.lake, config.identity_seed) == (tmp_path / "lake", SEED)
    nightly = config.pipeline("nightly")
    assert nightly.engine.kind == "serial"
    assert {"timeline"} <= set(nightly.steps)
    assert nightly.sources["synthea"].parameters["delivery"] == "delta"


def test_a_check_can_be_left_out(tmp_path: Path) -> None:
    every = load(Hospital(tmp_path).configure()).pipeline("nightly").checks
    some = load(Hospital(tmp_path, without={"quarantine_share"}).configure()).pipeline("nightly").checks
    assert set(every) - set(some) == {"quarantine_share"}


def test_a_delivery_is_a_folder_of_the_inbox(tmp_path: Path) -> None:
    (tmp_path / "csv").mkdir()
    (tmp_path / "csv" / "patients.csv").write_text("Id\n1\n")
    hospital = Hospital(tmp_path / "hospital")
    hospital.deliver("night1", tmp_path / "csv")
    placed = hospital.inbox / "night1" / "patients.csv"
    assert placed.read_text() == "Id\n1\n"
    assert placed.samefile(tmp_path / "csv" / "patients.csv")  # no byte was copied


def test_the_peer_gets_only_tables_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "observations.csv").touch()
    assert list(present(tmp_path)) == ["etl", "_defaults", "observations"]


def test_a_workplace_empties_only_itself(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    for _ in range(2):
        with workplace("etl", tmp_path) as place:
            assert not list(place.iterdir())
            (place / "left").touch()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["etl", "mine"]


def test_a_bench_prints_exactly_the_promised_keys() -> None:
    assert orjson.loads(json_line(("kills", "same"), {"same": 2, "kills": 3})) == {"kills": 3, "same": 2}
    with pytest.raises(CheckFailed, match="kills, same"):
        json_line(("kills", "same"), {"kills": 3})
