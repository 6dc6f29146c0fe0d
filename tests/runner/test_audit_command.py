"""`chartloom audit`: a folder that names somebody is refused without saying whom; sheets give a rate and its bound."""

import base64
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from contract.errors import CheckFailed, InputError
from runner import cli
from tests.runner.hospital import Hospital, patient

NAMES = [{"family": "Fairweather", "given": ["Imogen"]}]


def audit(*words: object) -> Result:
    return CliRunner().invoke(cli.app, ["audit", *map(str, words)])


@pytest.fixture
def lake(hospital: Hospital) -> Path:
    hospital.fhir("one", patient("imogen", mrn="77310942", name=NAMES), patient("bob", mrn="88410753"))
    hospital.night()
    return hospital.lake.root


@pytest.fixture
def release(tmp_path: Path) -> Path:
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "vocab.txt").write_text("fever\nfairweather\n", encoding="utf-8")
    return folder


def test_a_clean_folder_passes_and_the_look_is_recorded(lake: Path, release: Path) -> None:
    said = audit("folder", release, "--lake", lake)
    assert said.exit_code == 0 and "Nothing" in said.stdout
    (log,) = (lake / "phi-audit").iterdir()
    assert json.loads(log.read_text(encoding="utf-8").splitlines()[-1])["act"] == "audit folder"


def test_findings_are_told_by_digest_and_rule_alone(lake: Path, release: Path) -> None:
    (release / "imogen_fairweather.bin").write_bytes(b"\x00" + base64.b64encode(b"chart 88410753 closed"))
    said = audit("folder", release, "--lake", lake)
    assert isinstance(said.exception, CheckFailed) and said.exception.exit_code == 6
    assert "PATIENT by rule whole" in said.stdout and "MRN by rule number" in said.stdout
    assert not any(
        word in (said.stdout + str(said.exception)).lower() for word in ("imogen", "fairweather", "88410753")
    )


def test_a_search_for_nobody_is_refused(hospital: Hospital, release: Path) -> None:
    assert isinstance(audit("folder", release, "--lake", hospital.lake.root).exception, InputError)
    assert isinstance(audit("folder", release / "absent", "--lake", hospital.lake.root).exception, InputError)


def test_sheets_say_rate_and_bound(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("number,note_id,words,leaks,what,remark\n1,a,5,0,,\n2,b,5,1,name,\n3,c,5,,,\n", encoding="utf-8")
    said = audit("sheet", sheet)
    assert said.stdout.startswith("1 of 2 notes leak (50.00%)") and "at most 97.47%" in said.stdout
    assert "2 of 4" in audit("sheet", sheet, sheet).stdout
    assert isinstance(audit("sheet", tmp_path / "absent.csv").exception, InputError)
