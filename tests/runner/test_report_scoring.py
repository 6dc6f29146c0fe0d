"""`chartloom score reports`: figures, baselines, errors; rows of one side only; bad files."""

from pathlib import Path

import pandas as pd
import pytest

from contract.errors import InputError
from runner.report_scoring import scored

GOLD = {f"s{at}": ("Small left effusion.", "No effusion.", "Severe edema.")[at % 3] for at in range(30)}


def written(folder: Path, gold: pd.DataFrame, texts: dict[str, str]) -> list[str]:
    gold.to_csv(folder / "gold.csv", index=False)
    pd.DataFrame({"study_id": list(texts), "text": list(texts.values())}).to_parquet(folder / "reports.parquet")
    return list(scored(folder / "reports.parquet", folder / "gold.csv"))


def test_figures_and_errors(tmp_path: Path) -> None:
    drafts = {**GOLD, "s0": "Small right effusion.", "s1": "Moderate effusion.", "s2": "", "x": "Clear lungs."}
    gold = pd.DataFrame({"uid": [*GOLD, "y"], "findings": [*GOLD.values(), ""], "impression": None})
    lines = written(tmp_path, gold, drafts)
    assert lines[:4] == [
        "30 studies have a reference and a draft",
        "1 references have no draft, and are left out",
        "1 drafts have no reference, and are left out",
        "1 drafts are empty, and count as reports that state nothing",
    ]
    assert "abnormal studies missed: 0.050 [" in "\n".join(lines)
    assert any(line.startswith("  constant: 0.000 [0.000, 0.000]") for line in lines)
    assert "errors: 3; 27 drafts have none" in lines
    assert [line for line in lines if " 1 in 1 drafts" in line] == [
        "  negation: 1 in 1 drafts", "  side: 1 in 1 drafts", "  dropped: 1 in 1 drafts",
    ]  # fmt: skip


def test_perfect_drafts_are_above_every_baseline(tmp_path: Path) -> None:
    lines = written(tmp_path, pd.DataFrame({"study_id": list(GOLD), "text": list(GOLD.values())}), GOLD)
    assert lines[1].startswith("score (beyond chance, all equal): 1.000")
    assert not any("not to be reported" in line for line in lines)
    constant = dict.fromkeys(GOLD, "No effusion.")
    lines = written(tmp_path, pd.DataFrame({"study_id": list(GOLD), "text": list(GOLD.values())}), constant)
    assert any("not to be reported" in line and "constant" in line for line in lines)


def test_few_reports_have_no_figures(tmp_path: Path) -> None:
    lines = written(tmp_path, pd.DataFrame({"study_id": ["s0"], "text": ["Left effusion."]}), GOLD)
    assert lines[-1] == "fewer than 10: no figures"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"name": ["a"]}, "expected the columns study_id"),
        ({"study_id": ["a", "a"], "text": ["", ""]}, "stands twice"),
        ({"study_id": [None, "a"], "text": ["", ""]}, "empty"),
    ],
)
def test_bad_files_are_explained(tmp_path: Path, rows: dict[str, list[str | None]], said: str) -> None:
    with pytest.raises(InputError, match=said):
        written(tmp_path, pd.DataFrame(rows), GOLD)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "gold.csv").write_text("study_id,text\n1,Clear lungs.\n")
    with pytest.raises(InputError, match="not there"):
        list(scored(tmp_path / "none.parquet", tmp_path / "gold.csv"))
