"""Cells of every type and way of writing, by tests/cases/cells.yaml; and times a while after others."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml

from etl.mapping.cells import judge
from etl.mapping.columns import column
from etl.mapping.engine import select
from etl.mapping.frame import Cells

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "cells.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["type"]))
def test_cells(case: dict[str, Any]) -> None:
    said = column("t.yaml", "X", case["type"])
    cells, years = list(case["cells"]), tuple(case.get("years", (1850, 2100)))
    coded = Cells(pa.array([*cells, None]), np.arange(len(cells) + 1))
    for found in (coded, Cells(coded.values)):
        beside = [Cells(coded.values.slice(0, 1)), Cells(pa.nulls(2, pa.string()))]
        judged = judge([said] * 3, [beside[0], found, beside[1]], years, "Europe/Stockholm")[1]
        rules = np.zeros(len(found), int) if judged.rule is None else judged.rule
        values = judged.values.take(None).to_pylist()
        told = [[judged.rules[rule - 1][0]] if rule else v for rule, v in zip(rules, values, strict=True)]
        assert dict(zip(cells, told[:-1], strict=True)) == case["cells"]
        assert told[-1] is None


TIMES = {
    "after_in('UTC', '2020-07-01T10:30:00+02:00', 90)": "2020-07-01T12:00:00+02:00",
    "after_in('UTC', '2020-07-01T10:30:00Z', '-1.5', 'hours')": "2020-07-01T09:00:00Z",
    "after_in('UTC', '2020-02-28T10:30:00Z', 2, 'days')": "2020-03-01T10:30:00Z",
    "after_in('UTC', '2020-02-28T10:30:00Z', 1500, 'milliseconds')": "2020-02-28T10:30:01.5Z",
    "after_in('Europe/Stockholm', '2020-07-01', 61)": "2020-07-01T01:01:00+02:00",
    "after_in('UTC', '2020-07-01T10:00:00Z', 1e30)": None,
    "after_in('UTC', '2020-07', 1)": None,
    "after_in('UTC', '2020-07-01T10:00:00Z', 'soon')": None,
    "clock_in('Europe/Stockholm', '2020-03-29', '18:09')": "2020-03-29T18:09:00+02:00",  # summer began that night
    "clock_in('UTC', '2020-07-01T10:00:00Z', '47:59:30')": "2020-07-03T09:59:30Z",
    "clock_in('UTC', '2020-07-01T10:00:00Z', '18:60')": None,
}


@pytest.mark.parametrize("call", TIMES)
def test_times_after_others(call: str) -> None:
    assert select(pa.table({"one": [1]}), [call])[0].to_pylist() == [TIMES[call]]
