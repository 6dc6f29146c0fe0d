"""The same persons again are others with the same record."""

import pyarrow as pa
import pytest

from bench.outcomes_speed import at
from bench.outcomes_stays import again, timeline_file
from contract.errors import InputError
from outcomes.tasks.task import load

ROWS = pa.table({"subject_id": [64, 64, 128], "encounter_id": ["a", None, "b"], "code": ["X", "Y", "X"]})


def test_persons_again_under_other_ids() -> None:
    found = again(ROWS, 3).to_pydict()
    assert found["subject_id"] == [64, 64, 128, 65, 65, 129, 66, 66, 130]
    assert found["encounter_id"] == ["a", None, "b", "a-1", None, "b-1", "a-2", None, "b-2"]
    assert found["code"] == ["X", "Y", "X"] * 3


def test_ids_that_would_meet_are_refused() -> None:
    with pytest.raises(InputError, match="meet other persons"):
        again(pa.table({"subject_id": [2, 3], "encounter_id": ["a", "b"]}), 2)


def test_a_folder_without_stays_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(InputError, match="set-"):
        timeline_file(tmp_path_factory.mktemp("empty"), tmp_path_factory.mktemp("place"))


def test_one_prediction_time_of_a_task() -> None:
    assert [one.name for one in at(load("mortality"), "48h").options.prediction_times] == ["48h"]
    with pytest.raises(InputError, match="expected one of 6h, 12h"):
        at(load("mortality"), "3h")
