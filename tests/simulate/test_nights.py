"""Night 1 with night 2 applied is the final state."""

from pathlib import Path

import pandas as pd
import pytest

from simulate.config import HospitalConfig
from simulate.hospital import simulate
from simulate.knowledge import tables
from simulate.nights import Nights, two_nights
from tests.simulate.conftest import read_csv, read_truth

CONFIG = HospitalConfig(patients=280, seed=4, embeddings=False)


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Nights]:
    out = tmp_path_factory.mktemp("nights") / "out"
    return out, two_nights(CONFIG, out, share=0.05)


def part(out: Path, name: str, like: pd.DataFrame) -> pd.DataFrame:
    """A table that is absent has no rows."""
    return read_csv(out, name) if (out / "csv" / f"{name}.csv").exists() else like.iloc[:0]


def test_applying_the_delta_gives_the_final_state(nights: tuple[Path, Nights]) -> None:
    out, _ = nights
    for name in tables():
        first = read_csv(out / "night1", name)
        second = part(out / "night2", name, first)
        if "Id" in first:
            first = first[~first["Id"].isin(second["Id"])]
        applied = pd.concat([first, second]).sort_values(list(first.columns), ignore_index=True)
        final = read_csv(out / "final", name).sort_values(list(first.columns), ignore_index=True)
        assert applied.equals(final), name


def test_the_final_state_is_the_hospital(tmp_path: Path, nights: tuple[Path, Nights]) -> None:
    simulate(CONFIG, tmp_path / "whole")
    for name in tables():
        assert read_csv(tmp_path / "whole", name).equals(read_csv(nights[0] / "final", name)), name


def test_half_are_new_and_half_have_a_new_contact(nights: tuple[Path, Nights]) -> None:
    out, counts = nights
    assert (counts.new_patients, counts.changed_patients) == (7, 7)
    people = set(read_csv(out / "night2", "patients")["Id"])
    assert len(people) == 14
    old = set(read_csv(out / "night1", "patients")["Id"])
    assert len(people - old) == 7
    changes = read_truth(out / "final", "changes")
    contacts = read_csv(out / "night2", "encounters").set_index("Id")
    late = contacts.loc[changes["id"][changes["change"] == "late encounter"]]
    assert set(late["PATIENT"]) == people & old
    assert not set(late.index) & set(read_csv(out / "night1", "encounters")["Id"])


def test_one_earlier_row_is_corrected(nights: tuple[Path, Nights]) -> None:
    out, _ = nights
    changes = read_truth(out / "final", "changes")
    ids = changes["id"][changes["change"] == "corrected encounter"]
    before = read_csv(out / "night1", "encounters").set_index("Id").loc[ids, "TOTAL_CLAIM_COST"]
    after = read_csv(out / "night2", "encounters").set_index("Id").loc[ids, "TOTAL_CLAIM_COST"]
    assert (before != after).all()


def test_every_night_is_whole_in_its_references(nights: tuple[Path, Nights]) -> None:
    out, _ = nights
    contacts = set(read_csv(out / "night1", "encounters")["Id"])
    for name in tables():
        frame = read_csv(out / "night1", name)
        if "ENCOUNTER" in frame:
            assert set(frame["ENCOUNTER"]) <= contacts, name
