"""k-anonymity of tables: classes, the least lossy generalisation, rare codes, small cells."""

import random
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from nlp.deid.anonymity.cells import suppressed, told
from nlp.deid.anonymity.classes import classes, sizes, smallest
from nlp.deid.anonymity.codes import HELD, coarser, held
from nlp.deid.anonymity.lattice import LEVELS, generalised, search
from nlp.deid.anonymity.persons import PERSONS, QUASI, band, of, persons
from nlp.deid.anonymity.rewrite import Codes
from nlp.deid.anonymity.rows import Generalise

CODING = pa.struct([("system", pa.string()), ("version", pa.string()), ("code", pa.string()), ("display", pa.string())])
CONCEPT = pa.struct([("coding", pa.list_(CODING)), ("text", pa.string())])


def people(count: int, seed: int = 1) -> pa.Table:
    drawn = random.Random(seed)
    rows = [
        {
            "subject_id": at, "birth_year": str(drawn.randint(1930, 2010)), "zip3": f"{drawn.choice('0129')}{at % 7}1",
            "sex": drawn.choice(["male", "female"]), "death": drawn.choice(["alive", "alive", "2019"]),
            "visits": band(drawn.randint(0, 40)),
        }
        for at in range(count)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=PERSONS)


@pytest.mark.parametrize("seed", range(4))
def test_every_class_that_stays_has_k_persons(seed: int) -> None:
    everyone = people(600, seed)
    node = search(everyone, 11, 0.05, QUASI)
    stay = of(generalised(everyone, node.levels), node.left_out)
    assert smallest(stay) == node.k >= 11
    assert len(stay) == node.people >= 570


def test_nothing_is_generalised_where_nobody_stands_out() -> None:
    alike = pa.Table.from_pylist([{**people(1).to_pylist()[0], "subject_id": at} for at in range(20)], schema=PERSONS)
    node = search(alike, 11, 0.0, QUASI)
    assert set(node.levels.values()) == {0}
    assert node.loss == 0
    assert not len(node.left_out)


def test_the_node_is_the_least_lossy_of_those_that_hold() -> None:
    everyone = people(300)
    best = search(everyone, 11, 0.05, ("birth_year", "sex"))
    finer = {name: max(level - 1, 0) for name, level in best.levels.items()}
    for name in ("birth_year", "sex"):
        if finer[name] != best.levels[name]:
            some = generalised(everyone, {**best.levels, name: finer[name]})
            assert np.mean(sizes(some, ("birth_year", "sex")) < 11) > 0.05


def test_levels_become_coarser() -> None:
    for name, levels in LEVELS.items():
        texts = {"birth_year": "1957", "zip3": "021", "sex": "male", "death": "2019", "visits": "4-10"}
        said = [{level(text) for text in (texts[name], "")} for _, level in levels]
        assert all(len(after) <= len(before) for before, after in pairwise(said))


def test_a_rare_code_stands_under_its_parent_or_goes() -> None:
    rows = [("ICD10CM//E11.65", 1), ("ICD10CM//E11.9", 2), ("ICD10CM//E11.9", 3), ("SNOMED//1", 1), ("SNOMED//2", 2)]
    rows += [("SNOMED//2", 1), ("SNOMED//2", 3), ("ICD10CM//Z99", 1)]
    pairs = pa.table([[code for code, _ in rows], [who for _, who in rows]], schema=HELD)
    parents = {"ICD10CM//E11.65": "ICD10CM//E11.6", "ICD10CM//E11.6": "ICD10CM//E11", "ICD10CM//E11.9": "ICD10CM//E11"}
    assert coarser(pairs, parents.get, 3) == {
        "ICD10CM//E11.65": "ICD10CM//E11", "ICD10CM//E11.9": "ICD10CM//E11", "SNOMED//1": None, "ICD10CM//Z99": None,
    }  # fmt: skip


def conditions() -> pa.Table:
    def concept(code: str) -> dict[str, object]:
        return {"coding": [{"system": "s", "code": code, "display": f"name of {code}"}], "text": f"words of {code}"}

    rows = [
        {"id": str(at), "subject_id": at, "code": concept(code), "reason": [concept("common"), concept(code)]}
        for at, code in enumerate(["common", "common", "rare", "narrow"])
    ]
    schema = pa.schema(
        [("id", pa.string()), ("subject_id", pa.int64()), ("code", CONCEPT), ("reason", pa.list_(CONCEPT))]
    )
    return pa.Table.from_pylist(rows, schema=schema)


def test_codes_are_found_however_deep() -> None:
    found = held({"fhir/Condition": conditions()}, str.upper).to_pylist()
    assert {(row["code"], row["subject_id"]) for row in found} == {
        ("S//common", 0), ("S//common", 1), ("S//common", 2), ("S//common", 3), ("S//rare", 2), ("S//narrow", 3),
    }  # fmt: skip


def test_words_beside_a_rare_code_go_with_it() -> None:
    codes = Codes({"S//rare": None, "S//narrow": "S//broad"}, str.upper)
    rows = codes.resources(conditions()).to_pylist()
    assert not [word for word in ("rare", "narrow") if word in str(rows)]
    assert [row["id"] for row in rows] == ["0", "1", "3"]
    assert rows[2]["code"]["coding"][0]["code"] == "broad"
    assert (codes.removed, codes.generalised) == (2, 2)


def test_generalised_rows_tell_no_more_than_their_class() -> None:
    address = pa.list_(pa.struct([(n, pa.string()) for n in ("line", "city", "state", "postalCode")]))
    schema = pa.schema(
        [("id", pa.string()), ("subject_id", pa.int64()), ("birthDate", pa.string()), ("gender", pa.string()),
         ("deceasedDateTime", pa.string()), ("address", address), ("name", pa.string())]
    )  # fmt: skip
    row = {"id": "a", "subject_id": 7, "birthDate": "1957-03-02", "gender": "male", "deceasedDateTime": "2019-02-02",
           "address": [{"line": "1 Elm", "city": "X", "state": "MA", "postalCode": "02139"}],
           "name": "Tulip"}  # fmt: skip
    rows = pa.Table.from_pylist([row], schema=schema)
    levels = {"birth_year": 1, "zip3": 1, "sex": 1, "death": 1}
    made = Generalise(levels).rows("fhir/Patient", rows)
    said = made.to_pylist()[0]
    home = said["address"][0]
    assert (said["birthDate"], said["gender"], said["name"], said["deceasedDateTime"]) == ("1955", None, None, None)
    assert said["deceasedBoolean"] is True
    assert (home["postalCode"], home["state"], home["city"], home["line"]) == ("0", None, None, None)
    before, after = persons({"fhir/Patient": rows}), persons({"fhir/Patient": made})
    assert generalised(before, levels).to_pylist() == after.to_pylist()
    assert classes({"fhir/Patient": made})[1] == 1


@pytest.mark.parametrize(
    ("counts", "total", "expected"),
    [
        ({"a": 40, "b": 10}, None, {"a": 40, "b": None}),
        ({"a": 40, "b": 10}, 50, {"a": None, "b": None}),
        ({"a": 40, "b": 12, "c": 3}, 55, {"a": 40, "b": None, "c": None}),
        ({"a": 40, "b": 5, "c": 4}, 49, {"a": None, "b": None, "c": None}),
        ({"a": 40, "b": 6, "c": 7}, 53, {"a": 40, "b": None, "c": None}),
        ({"a": 40, "b": 0}, 40, {"a": 40, "b": 0}),
        ({"a": 11, "b": 12}, 23, {"a": 11, "b": 12}),
    ],
)
def test_small_cells_and_what_tells_them(
    counts: dict[str, int], total: int | None, expected: dict[str, int | None]
) -> None:
    assert suppressed(counts, total) == expected


@pytest.mark.parametrize("seed", range(50))
def test_no_hidden_cell_is_a_difference(seed: int) -> None:
    drawn = random.Random(seed)
    counts = {str(at): drawn.randint(0, 30) for at in range(drawn.randint(1, 6))}
    shown = suppressed(counts, sum(counts.values()))
    hidden = [counts[name] for name, count in shown.items() if count is None]
    assert not [count for count in shown.values() if count and count < 11]
    everything = all(count is None or count == 0 for count in shown.values())
    assert not hidden or everything or (len(hidden) > 1 and sum(hidden) >= 11)


def test_one_count() -> None:
    assert [told(count) for count in (0, 1, 10, 11)] == [0, None, None, 11]
