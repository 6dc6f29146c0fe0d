"""The bench of the labeller: reports are read, MeSH labels mean findings, halves are fixed, bad files are named."""

from pathlib import Path

import pytest

from bench.labeller import judge
from bench.labeller_gold import half, known, read, words
from contract.errors import InputError
from imaging.labeller.knowledge import findings

ROWS = """uid,MeSH,Problems,image,indication,comparison,findings,impression
1,normal,normal,Chest,Effusion?,None,The lungs are clear. No effusion.,
2,"Pleural Effusion/left/small;Opacity/lung/base/round",x,Chest,,,Small left pleural effusion. Nodular opacity.,
3,Lung/hypoinflation,x,Chest,,,"Low lung volumes, ""poor"" inspiration.",No pneumothorax.
"""


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    path = tmp_path / "reports.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_findings_and_impression_are_read_and_judged(reports: Path) -> None:
    every = read(reports)
    assert [each.text.count("\n") for each in every] == [0, 0, 1]
    judged = judge(every)
    assert judged.ours.wanted.sum() == judged.ours.right.sum() == judged.ours.given.sum() == 2
    assert judged.ours.mean_f1()[0] == 1.0
    assert judged.sides == judged.severities == (1, 1)
    assert judged.baseline.mean_f1()[0] < 1.0  # "No effusion" counts for it


def test_a_round_opacity_is_a_nodule_and_no_opacity() -> None:
    labels = (("opacity", "lung", "round"),)
    assert [name for name, finding in known().items() if finding.marked(labels)] == ["nodule"]


def test_the_mapping_names_findings_of_the_labeller() -> None:
    named = {name for finding in known().values() for name in finding.findings}
    assert len(known()) == 13
    assert named <= {*findings(), "device"}
    assert all(words(known()).values())


def test_the_halves_never_change() -> None:
    assert "".join(half(str(uid))[0] for uid in range(16)) == "sssoossssssoooss"


def test_a_file_of_another_layout_is_named(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("id,report\n1,Clear.\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column uid, MeSH, findings, impression"):
        read(path)
    path.write_text("uid,MeSH,findings,impression\n", encoding="utf-8")
    with pytest.raises(InputError, match="no report"):
        read(path)
