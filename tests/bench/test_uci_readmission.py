"""UCI readmission: the dead are out, history is earlier only, no label is read, rates come from other patients."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.uci_encounters import DIAGNOSES, DRUGS, KINDS, NUMBERS, encounters, kinds, plain, read
from bench.uci_readmission import predicted, rates, rows
from contract.errors import InputError


def made(count: int = 300, seed: int = 1) -> pd.DataFrame:
    source = np.random.default_rng(seed)
    words = {name: source.choice(["x", "y", "?"], count) for name in KINDS}
    words |= {name: source.choice(["428", "250.41", "V57", "?"], count) for name in DIAGNOSES}
    words |= {name: source.choice(["No", "Up", "Steady"], count) for name in DRUGS}
    words["discharge_disposition_id"] = source.choice(["1", "11", "13", "3"], count)
    frame = pd.DataFrame(words | {name: source.integers(1, 9, count).astype(str) for name in NUMBERS})
    frame["age"], frame["encounter_id"] = "[70-80)", source.permutation(count).astype(str)
    frame["patient_nbr"] = source.integers(0, count // 2, count).astype(str)
    soon = source.random(count) < np.where(frame["number_inpatient"].astype(int) > 5, 0.6, 0.1)
    return frame.assign(readmitted=np.where(soon, "<30", "NO"))


def written(folder: Path, frame: pd.DataFrame) -> pd.DataFrame:
    frame.to_csv(folder / "file.csv", index=False)
    return read(folder / "file.csv")


def test_the_dead_are_not_judged(tmp_path: Path) -> None:
    frame = written(tmp_path, made())
    found = encounters(frame)
    assert found.judged.sum() == (~frame["discharge_disposition_id"].isin(["11", "19", "20", "21"])).sum()
    assert len(found.label) == len(found.patients) == len(next(iter(plain(found).values())))


def test_later_encounters_and_labels_change_nothing(tmp_path: Path) -> None:
    """Whatever is done to a patient's later encounters, and to all labels, earlier ones are told the same."""
    frame = written(tmp_path, made())
    middle = 150
    changed = frame.assign(readmitted="<30")
    later = changed["encounter_id"] >= middle
    changed.loc[later, list(NUMBERS)] = 99
    changed = changed[~later | (changed["encounter_id"] % 3 > 0)]
    before, after = encounters(frame), encounters(changed)
    early, same = (each.frame["encounter_id"][each.judged].to_numpy() < middle for each in (before, after))
    one, two = (plain(each) for each in (before, after))
    for name, values in one.items():
        np.testing.assert_array_equal(values[early], two[name][same], err_msg=name)
    said, again = (kinds(each.frame) for each in (before, after))
    for name, words in said.items():
        np.testing.assert_array_equal(words[before.judged][early], again[name][after.judged][same])


def test_another_file_is_history_only_where_earlier(tmp_path: Path) -> None:
    frame = written(tmp_path, made())
    one = frame[frame["patient_nbr"] == frame["patient_nbr"].mode()[0]].sort_values("encounter_id")
    assert len(one) >= 3
    asked = one.iloc[[1]].assign(discharge_disposition_id="1")
    told = plain(encounters(asked, one))
    assert told["history/stays"].tolist() == [1]
    assert told["history/last num_medications"].tolist() == [one.iloc[0]["num_medications"]]
    assert plain(encounters(asked))["history/stays"].tolist() == [0]


def test_rates_are_held_to_the_rate_of_all() -> None:
    word = np.array(["a"] * 20 + ["b"] * 20, object)
    label = np.r_[np.ones(20), np.zeros(20)]
    found = rates(word, label, np.array(["a", "b", "c"], object))
    np.testing.assert_allclose(found, [0.75, 0.25, 0.5])


def test_from_the_file_to_scores(tmp_path: Path) -> None:
    learned = rows(encounters(written(tmp_path, made(400))))
    asked = rows(encounters(written(tmp_path, made(200, 2))))
    scores = predicted(learned, asked)
    assert scores[asked.label == 1].mean() > scores[asked.label == 0].mean()


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="lacks"):
        written(tmp_path, made().drop(columns=["insulin"]))
