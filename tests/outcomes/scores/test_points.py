"""The points of NEWS2, HOSPITAL and LACE at every bound of their published tables."""

import numpy as np
import pytest

from outcomes.scores.scored import knowledge, points, scored

NEWS2 = {  # chart 1 of the Royal College of Physicians, 2017: value and points on each side of every bound
    "respiration": [(8, 3), (9, 1), (11, 1), (12, 0), (20, 0), (21, 2), (24, 2), (25, 3)],
    "saturation": [(91, 3), (92, 2), (93, 2), (94, 1), (95, 1), (96, 0), (100, 0)],
    "oxygen": [(0, 0), (1, 2)],
    "systolic": [(90, 3), (91, 2), (100, 2), (101, 1), (110, 1), (111, 0), (219, 0), (220, 3)],
    "pulse": [(40, 3), (41, 1), (50, 1), (51, 0), (90, 0), (91, 1), (110, 1), (111, 2), (130, 2), (131, 3)],
    "consciousness": [(0, 0), (1, 3)],
    "temperature": [(35.0, 3), (35.1, 1), (36.0, 1), (36.1, 0), (38.0, 0), (38.1, 1), (39.0, 1), (39.1, 2)],
}
HOSPITAL = {
    "haemoglobin": [(11.9, 1), (12.0, 0)],
    "oncology": [(0, 0), (1, 2)],
    "sodium": [(134, 1), (135, 0)],
    "procedure": [(0, 0), (1, 1)],
    "urgent": [(0, 0), (1, 1)],
    "admissions": [(0, 0), (1, 2), (5, 2), (6, 5)],
    "days": [(4, 0), (5, 2)],
}
LACE = {
    "days": [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (6, 4), (7, 5), (13, 5), (14, 7)],
    "acute": [(0, 0), (1, 3)],
    "comorbidity": [(0, 0), (1, 1), (2, 2), (3, 3), (4, 5), (9, 5)],
    "emergency visits": [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (9, 4)],
}
TABLES = {"news2": NEWS2, "hospital": HOSPITAL, "lace": LACE}
HIGHEST = {"news2": 20, "hospital": 13, "lace": 19}  # as published


@pytest.mark.parametrize(("name", "item"), [(name, item) for name, items in TABLES.items() for item in items])
def test_every_bound(name: str, item: str) -> None:
    rule = knowledge(name)["items"][item]
    values, expected = zip(*TABLES[name][item], strict=True)
    assert points(np.array(values, float), rule["points"], rule.get("digits")).tolist() == list(expected)


@pytest.mark.parametrize("name", TABLES)
def test_items_are_all_there_and_the_highest_total_is_the_published_one(name: str) -> None:
    assert list(knowledge(name)["items"]) == list(TABLES[name])
    found = scored(name, {item: np.array([np.nan]) for item in TABLES[name]})
    assert (found.range[0][0], found.range[1][0]) == (0, HIGHEST[name])
    assert np.isnan(found.total[0]) and np.isnan(found.usual[0])


def test_scale_2_of_saturation() -> None:
    rule = knowledge("news2")["scale_2"]
    tried = np.array([83, 84, 85, 86, 87, 88, 92, 93, 94, 95, 96, 97], float)
    assert points(tried, rule["oxygen"], 0).tolist() == [3, 2, 2, 1, 1, 0, 0, 1, 1, 2, 2, 3]
    assert points(tried, rule["air"], 0).tolist() == [3, 2, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0]


def test_values_between_whole_numbers_are_rounded_as_they_are_charted() -> None:
    rule = knowledge("news2")["items"]
    assert points(np.array([20.4, 20.6]), rule["respiration"]["points"], 0).tolist() == [0, 2]
    assert points(np.array([38.04, 38.06]), rule["temperature"]["points"], 1).tolist() == [0, 1]
    assert points(np.array([np.float32(39.1)], float), rule["temperature"]["points"], 1).tolist() == [2]


def test_a_missing_item_leaves_a_range() -> None:
    values = {item: np.array([0.0, 0.0]) for item in LACE}
    found = scored("lace", values | {"comorbidity": np.array([2.0, np.nan])})
    assert found.total[0] == 2 and np.isnan(found.total[1])
    assert (found.range[0].tolist(), found.range[1].tolist()) == ([2, 0], [2, 5])
    assert found.usual.tolist() == [2, 0]
    assert found.missing == {"days": 0, "acute": 0, "comorbidity": 0.5, "emergency visits": 0}
