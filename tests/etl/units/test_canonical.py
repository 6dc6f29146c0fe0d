"""Units as people write them, canonical units of codes, and many values at once; cases in tests/cases/units.yaml."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from contract.errors import MappingError
from etl.units.canonical import reach, way
from etl.units.knowledge import canonical_table, group, usual_units
from etl.units.spelling import readings
from etl.units.ucum import is_ucum
from etl.units.values import compare, meant
from nlp.deid.policy.units import is_unit

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "units.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("written", CASES["spellings"])
def test_what_people_write_is_read_as_ucum(written: str) -> None:
    found = readings(written)
    assert (found[0] if found else None) == CASES["spellings"][written]
    assert all(map(is_ucum, found))


def compared(code: str, written: str | None, number: float | None) -> Any:
    units = pa.array([written], pa.string()).dictionary_encode()
    return compare(pa.array([code]).dictionary_encode(), units, pa.array([number], pa.float32()))


@pytest.mark.parametrize("case", CASES["canonical"], ids=lambda case: f"{case[0]} {case[1]}")
def test_a_number_comes_to_the_canonical_unit_of_its_code(case: list[Any]) -> None:
    code, written, number, unit, value = case
    found = compared(code, written, number)
    assert found.units.to_pylist() == [unit]
    assert found.values.to_pylist() == [value if value is None else pytest.approx(value, rel=1e-6)]


@pytest.mark.parametrize("case", CASES["implausible"], ids=lambda case: f"{case[0]} {case[2]} {case[1]}")
def test_what_cannot_be_has_no_canonical_value(case: list[Any]) -> None:
    code, written, number, rule, unit = case
    found = compared(code, written, number)
    assert (found.values.to_pylist() == [None]) is (rule is not None)
    if rule in ("wrong-unit", "impossible"):
        assert found.impossible.tolist() == [True] and found.units.to_pylist() != [None]
        assert meant(found.ways[0], number) == unit


def test_each_pair_is_worked_out_once_and_rows_keep_their_order() -> None:
    codes = pa.array(
        ["LOINC//8310-5", "LOINC//2345-7", "LOINC//8310-5", "LOCAL//x", "LOINC//8310-5"]
    ).dictionary_encode()
    units = pa.array(["°F", "mmol/L", "Cel", None, "°F"], pa.string()).dictionary_encode()
    found = compare(codes, units, pa.array([98.6, 5.0, 37.0, 1.0, None], pa.float32()))
    assert len(found.ways) == 4
    assert found.units.to_pylist() == ["Cel", "mg/dL", "Cel", None, None]
    assert found.values.to_pylist() == [pytest.approx(37), pytest.approx(90.078), pytest.approx(37), None, None]


def test_many_codes_and_units_need_no_table_of_all_pairs() -> None:
    many = 3000
    codes = pa.array([f"LOCAL//{n}" for n in range(many)]).dictionary_encode()
    units = pa.array([f"{n}.mg" for n in range(many)]).dictionary_encode()
    found = compare(codes, units, pa.array([1.0] * (many - 1) + [None], pa.float32()))
    assert found.units.to_pylist()[:2] == ["0.mg" if is_ucum("0.mg") else None, "1.mg"]
    assert found.values.to_pylist()[1:] == [1.0] * (many - 2) + [None]


def test_every_row_of_the_table_is_sound() -> None:
    table = canonical_table()
    assert len(table) > 1000
    for code, known in table.items():
        assert _check_digit(code), f"{code} is no LOINC code"
        assert reach(known.unit, known) is not None
        assert all(is_ucum(unit) and unit != known.unit for unit in known.mistaken)
        assert is_unit(known.unit), f"{known.unit} does not pass the gate"
        if known.usual and known.possible:
            assert known.possible[0] <= known.usual[0] and known.usual[1] <= known.possible[1], code
    assert all(map(is_ucum, usual_units()))


def _check_digit(code: str) -> bool:
    """LOINC codes end in a mod 10 check digit (LOINC Users' Guide, appendix)."""
    body, _, digit = code.partition("-")
    doubled = [int(d) * (2 - at % 2) for at, d in enumerate(reversed(body))]
    return (10 - sum(n // 10 + n % 10 for n in doubled) % 10) % 10 == int(digit)


@pytest.mark.parametrize(("said", "match"), [
    ({"unit": "mg/dL", "codes": {}, "limits": [0, 1]}, "limits"),
    ({"unit": "mgdl", "codes": {}}, "spellings.yaml"),
    ({"unit": "mg/dL", "codes": {}, "possible": [3, 1]}, "lowest, highest"),
    ({"unit": "mg/dL", "codes": {}, "also": {"mg/L": "a tenth"}}, "factor"),
])  # fmt: skip
def test_a_group_that_is_wrong_says_where(said: dict[str, Any], match: str) -> None:
    with pytest.raises(MappingError, match=match):
        group(said, "canonical/x.yaml, group 1")


def test_a_local_code_says_that_it_is_its_own() -> None:
    assert way("LOCAL//77", "mg").found == "own"
    assert way("LOINC//2345-7", "mg/dL").found == "table"
