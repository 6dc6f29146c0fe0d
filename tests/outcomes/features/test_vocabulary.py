"""A vocabulary is learned from what training persons' records say before their predictions, and is saved as it is."""

import json
from pathlib import Path

import numpy as np
import pytest

from contract.errors import ConfigError, InputError
from outcomes.features.plan import Plan
from outcomes.features.vocabulary import learn, load, unseen
from tests.outcomes.features.records import cohort, hospital, timeline

PLAN = Plan(min_persons=2, min_share=0, winsor=0)


def test_codes_of_too_few_persons_or_of_the_future_are_left_out() -> None:
    rows = [(1, 0, "A", 1.0), (2, 0, "A", 2.0), (1, 0, "RARE", 1.0), (1, 5, "LATE", 1.0), (2, 5, "LATE", 1.0)]
    rows += [(1, 0, "SLOW", 1.0, 6), (2, 0, "SLOW", 1.0, 6)]
    found = timeline(rows)
    learned = learn(found, cohort(found, [(1, 0, 3), (2, 0, 3)]), PLAN)
    assert set(learned.layers["code"]) == {"A"}
    assert learned.layers["code"]["A"].low == 1 and learned.layers["code"]["A"].high == 2


def test_the_usual_unit_is_kept_and_others_are_not_values() -> None:
    found = timeline([(p, 0, "A", 5.0 if p else 90.0, None, "mmol" if p else "mg") for p in range(4)])
    learned = learn(found, cohort(found, [(p, 0, 1) for p in range(4)]), PLAN)
    entry = learned.layers["code"]["A"]
    assert (entry.kind, entry.unit, entry.high, entry.persons) == ("value", "mmol", 5.0, 4)


def test_few_answers_become_features_many_are_counted() -> None:
    rows = [(p, 0, "FEW", None, None, None, "yes" if p % 2 else "no") for p in range(30)]
    rows += [(p, 0, "MANY", None, None, None, f"{p}") for p in range(30)]
    found = timeline(rows)
    learned = learn(found, cohort(found, [(p, 0, 1) for p in range(30)]), PLAN)
    assert learned.layers["code"]["FEW"].answers == ("no", "yes")
    assert learned.layers["code"]["MANY"].kind == "count"


def test_saved_and_loaded_it_is_the_same(tmp_path: Path) -> None:
    found = hospital(20, 3)
    learned = learn(found, cohort(found, [(p, 0, 10) for p in range(20)]), PLAN)
    learned.save(tmp_path / "vocabulary.json")
    assert load(tmp_path / "vocabulary.json") == learned
    assert {entry.kind for entry in learned.layers["code"].values()} == {"value", "count", "answer"}


def test_unseen_codes_are_counted() -> None:
    found = timeline([(1, 0, "A", 1.0), (2, 0, "A", 1.0), (3, 0, "A", 1.0), (3, 0, "NEW", None), (3, 1, "NEW", None)])
    learned = learn(found, cohort(found, [(1, 0, 2), (2, 0, 2)]), PLAN)
    assert np.allclose(unseen(found, cohort(found, [(1, 0, 2), (3, 0, 2)]), learned), [0, 2 / 3])
    assert learned.unseen == 0


def test_nothing_teaches_nothing() -> None:
    found = timeline([])
    assert not any(learn(found, cohort(found, []), PLAN).layers.values())


def test_a_plan_with_a_wrong_word_is_refused() -> None:
    with pytest.raises(ConfigError, match="median"):
        Plan(values={"6h": ("median",)})
    with pytest.raises(ConfigError, match="expected ever"):
        Plan(values={"6x": ("last",)})


def test_a_vocabulary_of_another_release_is_refused(tmp_path: Path) -> None:
    found, path = hospital(20, 3), tmp_path / "vocabulary.json"
    learn(found, cohort(found, [(p, 0, 10) for p in range(20)]), PLAN).save(path)
    said = json.loads(path.read_text())
    del said["plan"]["shifts"]
    for other in (said, {**said, "version": 0}, {}):
        path.write_text(json.dumps(other))
        with pytest.raises(InputError, match="Train again"):
            load(path)
