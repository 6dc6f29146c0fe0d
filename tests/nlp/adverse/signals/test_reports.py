"""Reports as rows, from file to counts: duplicates once, bad rows aside with line and reason, strata, months."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contract.errors import ConfigError, InputError
from nlp.adverse.signals.disproportion import Measured, Measuring, measure
from nlp.adverse.signals.reports import Reading

GOOD = [
    "1,Aspirin,bleeding,2024-01-05,70,F",
    "1,warfarin,bleeding,2024-01-05,70,F",
    "2, aspirin ,Bleeding,20240210,40,M",
    "3,aspirin,rash,2024-02,30,F",
    "4,warfarin,rash,,,",
]


def written(folder: Path, rows: list[str], head: str = "report_id,drug,event,date,age,sex") -> Path:
    path = folder / "reports.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def measured(folder: Path, rows: list[str], reading: Reading | None = None, **said: object) -> Measured:
    return measure(written(folder, rows), reading or Reading({}), Measuring(least=1, **said))  # type: ignore[arg-type]


def counts(found: Measured) -> dict[tuple[str, str], int]:
    rows = found.signals.to_pylist()
    return {(row["drug"].lower(), row["event"].lower()): row["reports"] for row in rows}


def test_words_are_one_whatever_their_case_and_space(tmp_path: Path) -> None:
    found = measured(tmp_path, GOOD)
    assert counts(found) == {("aspirin", "bleeding"): 2, ("warfarin", "bleeding"): 1, ("aspirin", "rash"): 1,
                             ("warfarin", "rash"): 1}  # fmt: skip
    assert found.account.reports == 4


def test_a_duplicate_counts_once_and_is_counted(tmp_path: Path) -> None:
    found = measured(tmp_path, [*GOOD, GOOD[0], GOOD[2]])
    assert counts(found)["aspirin", "bleeding"] == 2
    assert found.account.duplicates == 2


def test_bad_rows_are_told_by_line_and_the_rows_beside_them_stay(tmp_path: Path) -> None:
    bad = [
        "5,,rash,,,",
        "6,aspirin, ,,,",
        ",aspirin,rash,,,",
        "7,aspirin,rash,soon,,",
        "8,aspirin,rash,,-4,",
        "9,aspirin",
    ]
    rows = [row for pair in zip(bad, [*GOOD, GOOD[0]], strict=True) for row in pair]
    found = measured(tmp_path, rows)
    said = {row["line"]: row["column"] for row in found.rejected.to_pylist()}
    assert list(said) == [2, 4, 6, 8, 10, 12]
    assert [said[line] for line in (2, 4, 6, 8, 10)] == ["drug", "event", "report", "date", "age"]
    assert counts(found) == counts(measured(tmp_path, GOOD))
    assert found.account.rows == 12


def test_an_unfinished_quote_takes_no_other_row_with_it(tmp_path: Path) -> None:
    rows = [*GOOD[:2], '5,"aspirin,rash,2024-01-05,70,F', *GOOD[2:]] + [f"{k},other,rash,,," for k in range(50, 60)]
    found = measured(tmp_path, rows)
    assert found.account.rejected == 1
    assert found.rejected["line"].to_pylist() == [4]
    assert counts(found)["aspirin", "bleeding"] == 2
    assert counts(found)["other", "rash"] == 10


def test_margins_count_pairs_or_reports(tmp_path: Path) -> None:
    pairs, reports = (measured(tmp_path, GOOD, counting=c).cells for c in ("pairs", "reports"))
    assert (pairs.total, reports.total) == (5, 4)


def test_crossing_pairs_each_drug_with_each_event(tmp_path: Path) -> None:
    rows = ["1,a,x,,,", "1,b,y,,,"]
    assert len(counts(measured(tmp_path, rows))) == 2
    assert len(counts(measured(tmp_path, rows, Reading({}, cross=True)))) == 4


def test_strata_sum_their_expected_counts(tmp_path: Path) -> None:
    rows = [
        f"{k},{d},{e},,{age},F"
        for k, (d, e, age) in enumerate([("a", "x", 5), ("b", "y", 5), ("a", "x", 60), ("a", "y", 60)])
    ]
    cells = measured(tmp_path, rows, Reading({}, ("age",))).cells
    expected = dict(
        zip(zip(cells.drug.tolist(), cells.event.tolist(), strict=True), cells.expected.tolist(), strict=True)
    )
    assert expected[0, 0] == pytest.approx(1 * 1 / 2 + 2 * 1 / 2)  # crude: 3 * 2 / 4
    assert cells.stratified


def test_months_of_the_strongest(tmp_path: Path) -> None:
    rows = measured(tmp_path, GOOD).trends.to_pylist()
    found = {(r["drug"], r["event"], f"{r['month']:%Y-%m}"): (r["reports"], r["drug_reports"]) for r in rows}
    assert found["Aspirin", "rash", "2024-02"] == (1, 2)


def test_parquet_with_other_columns(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    pq.write_table(pa.table({"Case": [1, 2], "Medicine": ["a", None], "PT": ["x", "y"]}), path)
    found = measure(path, Reading({"report": "Case", "drug": "Medicine"}), Measuring(least=1))
    assert counts(found) == {("a", "x"): 1}
    assert found.rejected.to_pylist() == [{"line": 2, "column": "drug", "reason": "is empty"}]


def test_a_planted_pair_stands_first(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    rows = [f"{k},d{rng.integers(10)},e{rng.integers(10)},,," for k in range(3000)]
    found = measured(tmp_path, [*rows, *(f"{k},d3,e4,,," for k in range(9000, 9100))])
    first = found.signals.slice(0, 1).to_pylist()[0]
    assert (first["drug"], first["event"]) == ("d3", "e4")
    assert set(first["flags"]) == {"prr", "ror", "ic", "ebgm"}


def test_errors_teach(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column for the drug"):
        measure(written(tmp_path, ["1,2"], "report_id,event"), Reading({}), Measuring())
    with pytest.raises(InputError, match="none of 1 rows"):
        measured(tmp_path, ["1,,x,,,"])
    with pytest.raises(ConfigError, match="age, sex, year"):
        Reading({}, ("ages",))
    with pytest.raises(InputError, match="not a file"):
        measure(tmp_path / "none.csv", Reading({}), Measuring())
