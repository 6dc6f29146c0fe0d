"""The command line as a person meets it: answers, messages, exit codes."""

import json
import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from contract.errors import ChartloomError, ConfigError, InputError
from runner import cli


@pytest.fixture
def lake(small_lake: Path) -> Path:
    return small_lake


def call(*words: object) -> Result:
    return CliRunner().invoke(cli.app, [str(word) for word in words])


def audit(lake: Path) -> list[dict[str, str]]:
    return [json.loads(line) for file in (lake / "phi-audit").glob("*.jsonl") for line in file.read_text().splitlines()]


def test_help_imports_nothing_heavy() -> None:
    heavy = "{'pyarrow', 'duckdb', 'numpy', 'pandas', 'torch', 'yaml', 'jinja2', 'rich.console'}"
    code = f"import sys, runner.cli; print(*sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"


def test_query_of_the_open_root(lake: Path) -> None:
    said = call("query", "--lake", lake, "--format", "csv", "select code, numeric_value, unit from timeline order by 1")
    assert said.stdout == "code,numeric_value,unit\nLOINC//1,1.5,\nLOINC//2,,\n"


def test_query_knows_declared_columns_that_no_file_holds(lake: Path) -> None:
    said = call("query", "--lake", lake, "--format", "ndjson", "select id, birthDate, name from fhir.Patient")
    assert json.loads(said.stdout) == {"id": "o", "birthDate": None, "name": None}


def test_query_of_a_table_without_rows(lake: Path) -> None:
    assert call("query", "--lake", lake, "--format", "csv", "select count(*) as n from codes").stdout == "n\n0\n"


@pytest.mark.parametrize(
    "sql",
    ["from phi.notes", "from read_csv('/etc/hostname')", "from '{phi}'", "copy (select 1) to '{phi}.csv'", "nonsense"],
)
def test_query_stays_in_the_open_root(lake: Path, sql: str) -> None:
    phi = lake / "current" / "phi" / "notes" / "00000000.parquet"
    said = call("query", "--lake", lake, sql.format(phi=phi.resolve()))
    assert isinstance(said.exception, InputError) and not said.stdout


@pytest.mark.parametrize("known", [True, False])
def test_the_audit_asks_the_system_who_it_is(lake: Path, known: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    user = str(os.getuid())
    if known:
        user = pwd.getpwuid(os.getuid()).pw_name
    else:
        monkeypatch.setattr(pwd, "getpwuid", {}.__getitem__)
    call("query", "--phi", "--lake", lake, "select 1")
    assert audit(lake)[-1]["user"] == user


def test_query_of_phi_is_audited_by_digest(lake: Path) -> None:
    sql = "select text from phi.notes where text like '%Tulip%'"
    said = call("query", "--phi", "--lake", lake, sql)
    assert "Ms Tulip was seen." in said.stdout
    last = audit(lake)[-1]
    assert last["act"] == "query" and last["user"] and "Tulip" not in json.dumps(last) and len(last["digest"]) == 64
    modes = [
        oct((lake / "phi-audit").stat().st_mode)[-3:],
        *(oct(f.stat().st_mode)[-3:] for f in (lake / "phi-audit").iterdir()),
    ]
    assert modes == ["700", "600"]


@pytest.mark.parametrize("name", ["o'hara", "ward [1]", "a*b?"])
def test_a_lake_may_lie_anywhere(lake: Path, tmp_path: Path, name: str) -> None:
    found = Path(shutil.copytree(lake, tmp_path / name, symlinks=True))
    said = call("query", "--phi", "--lake", found, "--format", "csv", "select count(*) from phi.notes, timeline")
    assert said.stdout == "count_star()\n2\n", said.exception
    assert len(json.loads(call("quarantine", "--json", "--lake", found).stdout)) == 2
    elsewhere = (lake / "current" / "phi" / "notes" / "00000000.parquet").resolve()
    assert isinstance(call("query", "--phi", "--lake", found, f"from '{elsewhere}'").exception, InputError)


def test_an_error_in_a_query_of_phi_stays_on_the_terminal(lake: Path) -> None:
    said = call("query", "--phi", "--lake", lake, "select cast(text as int) from phi.notes")
    assert isinstance(said.exception, InputError)
    assert "Tulip" not in "".join(f.read_text() for f in (lake / "phi-audit").iterdir())


def test_the_ending_of_a_file_says_its_format(lake: Path, tmp_path: Path) -> None:
    call("query", "--lake", lake, "--out", tmp_path / "a.csv", "select 1 as one")
    assert (tmp_path / "a.csv").read_text() == "one\n1\n"
    refused = call("query", "--lake", lake, "--out", tmp_path / "a.xls", "select 1")
    assert isinstance(refused.exception, InputError) and not (tmp_path / "a.xls").exists()


def test_an_answer_needs_a_folder_that_is_there(lake: Path, tmp_path: Path) -> None:
    for out in (tmp_path / "none" / "a.csv", tmp_path):
        refused = call("query", "--lake", lake, "--format", "csv", "--out", out, "select 1 as one")
        assert isinstance(refused.exception, ConfigError) and "expected a file in a folder" in str(refused.exception)


def test_an_unknown_engine_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("nightly: {sources: {s: {uses: 'a:B'}}}", encoding="utf-8")
    assert call("run", "--config", tmp_path / "p.yaml", "--workers", "0").exit_code == 2
    said = call("run", "--config", tmp_path / "p.yaml", "--engine", "abacus")
    assert isinstance(said.exception, ConfigError) and "serial" in str(said.exception)


def test_an_answer_made_of_phi_is_private(lake: Path, tmp_path: Path) -> None:
    call("query", "--phi", "--lake", lake, "--format", "parquet", "--out", tmp_path / "a", "from phi.notes")
    assert oct((tmp_path / "a").stat().st_mode)[-3:] == "600"


def test_quarantine_counts_hold_no_phi(lake: Path) -> None:
    said = json.loads(call("quarantine", "--json", "--lake", lake).stdout)
    assert said == [
        {"source": "s", "target": "patients", "rule": "date-format", "rows": 2},
        {"source": "s", "target": "patients", "rule": "required", "rows": 1},
    ]


def test_quarantined_rows_need_phi_and_are_audited(lake: Path) -> None:
    refused = call("quarantine", "show", "--lake", lake)
    assert isinstance(refused.exception, ConfigError) and "Tulip" not in refused.output
    shown = call("quarantine", "show", "--rule", "required", "--phi", "--lake", lake)
    assert "s: tulip.csv, line 12: required" in shown.stdout and "line 9" not in shown.stdout
    assert audit(lake)[-1]["act"] == "quarantine"


def test_a_rule_that_rejected_nothing_is_answered_with_those_that_did(lake: Path) -> None:
    said = call("quarantine", "show", "--rule", "nosuch", "--phi", "--lake", lake)
    assert said.stdout == "No such row. In quarantine are rules date-format, required of sources s.\n"
    assert call("quarantine", "show", "--limit", "-3", "--phi", "--lake", lake).exit_code == 2


def test_status(lake: Path) -> None:
    said = json.loads(call("status", "--json", "--lake", lake).stdout)
    assert (said["snapshot"], said["running"], said["tables"]["timeline"]) == ("20261120T230000Z", False, 2)
    assert said["runs"][0]["status"] == "published"
    assert "20261120T230000Z  published" in call("status", "--lake", lake).stdout


def test_status_of_no_lake(tmp_path: Path) -> None:
    assert "snapshot none yet" in call("status", "--lake", tmp_path / "none").stdout


def test_a_lake_without_a_night_says_what_to_do(tmp_path: Path) -> None:
    said = call("query", "--lake", tmp_path, "from timeline")
    assert isinstance(said.exception, InputError) and "chartloom run nightly" in str(said.exception)


def test_tables() -> None:
    assert "phi/timeline" in call("tables").stdout
    said = json.loads(call("tables", "phi/timeline", "--json").stdout)
    assert said["columns"][0] == {"name": "subject_id", "type": "int64", "about": "The person.", "required": True}
    assert "numeric_value" in call("tables", "phi/timeline").stdout


@pytest.mark.parametrize(("error", "code"), [(ConfigError("a key is wrong"), 2), (InputError("a file is gone"), 3)])
def test_errors_become_one_message_and_an_exit_code(
    error: ChartloomError, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: str) -> None:
        raise error

    monkeypatch.setattr(cli, "get_command", lambda _: fail)
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == code
    assert capsys.readouterr().err == f"chartloom: {error}\n"


@pytest.mark.parametrize(
    ("words", "quoted"), [(["chartloom", "status"], False), (["chartloom", "--debug", "status"], True)]
)
def test_an_unforeseen_error_quotes_its_message_only_to_who_debugs(words: list[str], quoted: bool) -> None:
    code = f"""if True:
        import sys, runner.cli, runner.status
        def fail(*asked): raise KeyError("Tulip")
        runner.status.status = fail
        sys.argv = {words}
        runner.cli.main()"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert ("Tulip" in said.stderr) == quoted and ("unexpected KeyError in fail" in said.stderr) != quoted


def test_a_full_disk_is_the_lakes_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(**_: str) -> None:
        raise OSError(28, "No space left on device", "tulip.csv")

    monkeypatch.setattr(cli, "get_command", lambda _: fail)
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    said = capsys.readouterr().err
    assert stopped.value.code == 4 and "the disk is full" in said and "tulip" not in said


def test_simulate_refuses_an_unknown_switch(tmp_path: Path) -> None:
    said = call("simulate", "--patients", 2, "--out", tmp_path / "h", "--set", "mising=1")
    assert isinstance(said.exception, ConfigError) and "missingness" in str(said.exception)


def test_export_of_the_open_root(lake: Path, tmp_path: Path) -> None:
    assert call("export", "fhir", "--lake", lake, "--out", tmp_path / "bulk").stdout.endswith("Patient.ndjson: 1\n")
    assert json.loads((tmp_path / "bulk" / "Patient.ndjson").read_bytes())["gender"] == "female"
    manifest = json.loads((tmp_path / "bulk" / "manifest.json").read_bytes())
    assert manifest["transactionTime"] == "2026-11-20T23:00:09+00:00" and manifest["requiresAccessToken"] is False
    assert manifest["output"] == [{"type": "Patient", "url": "Patient.ndjson", "count": 1}]


def test_export_of_phi_parts_the_other_types_and_is_private(lake: Path, tmp_path: Path) -> None:
    out = tmp_path / "bulk"
    call("export", "fhir", "--phi", "--lake", lake, "--out", out)
    assert {f.name for f in out.iterdir()} == {"Patient.ndjson", "Basic.ndjson", "Flag.ndjson", "manifest.json"}
    assert {oct(f.stat().st_mode)[-3:] for f in out.iterdir()} == {"600"}
    assert audit(lake)[-1]["act"] == "export fhir"


def test_export_of_one_type_into_a_fresh_folder_only(lake: Path, tmp_path: Path) -> None:
    call("export", "fhir", "--phi", "--type", "Flag", "--lake", lake, "--out", tmp_path)
    assert {f.name for f in tmp_path.iterdir()} == {"Flag.ndjson", "manifest.json"}
    wrong = call("export", "fhir", "--type", "Patiant", "--lake", lake, "--out", tmp_path / "b")
    assert isinstance(wrong.exception, ConfigError) and "one such as Patient" in str(wrong.exception)
    assert call("export", "fhir", "--type", "Basic", "--lake", lake, "--out", tmp_path / "b").exit_code == 0
    again = call("export", "fhir", "--lake", lake, "--out", tmp_path)
    assert isinstance(again.exception, InputError) and "not empty" in str(again.exception)
