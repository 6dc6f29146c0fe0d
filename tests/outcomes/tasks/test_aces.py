"""Parity with es-aces: the same rows, index times, labels and counts on random small timelines."""

import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from outcomes.tasks.predicates import find
from outcomes.tasks.reading import task as read_task
from outcomes.tasks.select import Sieve, beginnings, part
from outcomes.tasks.task import When
from outcomes.tasks.windows import Places
from outcomes.tasks.yaml12 import parsed
from outcomes.timeline import ALWAYS, read
from tests.outcomes.tasks.aces_reference import Row, answer

TASKS: dict[str, dict[str, Any]] = parsed(Path(__file__).with_name("aces_tasks.yaml").read_text())
CODES = ("ADM", "DIS", "DEATH", "A", "B", "C", "D", "V", "V")
EPOCH = datetime(2020, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def rows(seed: int) -> pa.Table:
    """Persons of 0 to 25 events on a grid of hours, so that windows' ends are hit; some at the same moment."""
    random = np.random.default_rng(seed)
    columns: dict[str, list[Any]] = {"subject_id": [], "time": [], "code": [], "numeric_value": [], "unit": []}
    for subject in range(1, 25):
        events = [(None, sex) for sex in "MF" if random.random() < 0.5]
        hours = np.sort(random.integers(0, 120, random.integers(1, 26)))
        events += [(int(hour), str(random.choice(CODES))) for hour in hours]
        for hour, code in events:
            columns["subject_id"].append(subject)
            columns["time"].append(None if hour is None else EPOCH + timedelta(hours=hour))
            columns["code"].append(code)
            columns["numeric_value"].append(float(random.choice([80, 90, 100, 120, 130])) if code == "V" else None)
            columns["unit"].append(str(random.choice(["g", "mg"])) if code == "V" else None)
    types = (pa.int64(), pa.timestamp("us"), pa.string(), pa.float32(), pa.string())
    return pa.table({name: pa.array(column, kind) for (name, column), kind in zip(columns.items(), types, strict=True)})


def ours(said: dict[str, Any], table: pa.Table) -> list[Row]:
    task = read_task("test", said)
    timeline = read(table)
    scene, _ = beginnings(find(task, timeline, table))
    places = Places(scene, task)
    sieve = Sieve(scene, When(""))
    part(places, sieve, labelled=True)
    moments = [scene.rows.time, places.index] + [end for name in task.windows for end in places.window(name)]
    counts = {
        name: {predicate: places.count(name, predicate) for predicate in (*task.predicates, *SPECIAL)}
        for name in task.windows
    }
    label = places.count(task.label, task.windows[task.label].label) if task.label else None
    made = []
    for at in np.flatnonzero(sieve.left):
        when = [EPOCH + timedelta(microseconds=int(one[at]) - START) if one[at] != ALWAYS else None for one in moments]
        index = when[1] if task.index[1] else None
        windows = [
            (name, *when[2 + 2 * n : 4 + 2 * n], *sorted((key, int(many[at])) for key, many in counts[name].items()))
            for n, name in enumerate(task.windows)
        ]
        windows.sort()
        subject = int(timeline.subjects[scene.rows.subject[at]])
        made.append((subject, when[0], index, None if label is None else int(label[at]), *windows))
    return sorted(made)


SPECIAL = ("_ANY_EVENT", "_RECORD_START", "_RECORD_END")
START = int(EPOCH.replace(tzinfo=UTC).timestamp()) * 1_000_000


@pytest.mark.parametrize("name", TASKS)
def test_same_rows_as_es_aces(name: str, tmp_path: Path) -> None:
    many = 0
    for seed in range(2):
        table = rows(seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = answer(TASKS[name], table, tmp_path)
        mine = [alike(one, two) for one, two in zip(ours(TASKS[name], table), theirs, strict=True)]
        assert mine == theirs
        many += len(theirs)
    assert many > 2  # the task says something about these timelines


def test_an_index_at_the_end_is_the_end(tmp_path: Path) -> None:
    """The one known difference: where a window's start is told from its end by a duration, es-aces swaps the sides."""
    window = {"start": "end - 6h", "end": "trigger + 24h", "start_inclusive": True, "end_inclusive": True}
    said = {"predicates": {"a": {"code": "A"}}, "trigger": "a", "windows": {"w": window | {"index_timestamp": "end"}}}
    theirs, mine = answer(said, rows(0), tmp_path), ours(said, rows(0))
    assert theirs
    assert all(one[2] == one[1] + timedelta(hours=24) for one in mine)
    assert all(one[2] == one[1] + timedelta(hours=18) for one in theirs)


def alike(mine: Row, theirs: Row) -> Row:
    """Of the counts those that es-aces tells."""
    pairs = zip(mine[4:], theirs[4:], strict=True)
    return (*mine[:4], *((*our[:3], *(count for count in our[3:] if count in set(their[3:]))) for our, their in pairs))
