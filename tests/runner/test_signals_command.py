"""`chartloom signals` from the command line: the folder it writes, and its page."""

from pathlib import Path

import pyarrow.parquet as pq
from typer.testing import CliRunner

from runner import cli


def test_a_file_becomes_a_folder_with_a_page(tmp_path: Path) -> None:
    rows = [f"{k},d{k % 5},e{k % 7},2024-0{1 + k % 9}-01" for k in range(400)]
    rows += [f"{k},<b>d1</b>,e1,2024-03-01" for k in range(900, 950)] + ["1,,e1,2024-01-01"]
    (tmp_path / "r.csv").write_text("\n".join(["report_id,drug,event,date", *rows]), encoding="utf-8")
    out = tmp_path / "out"
    done = CliRunner().invoke(cli.app, ["signals", "--reports", str(tmp_path / "r.csv"), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert {path.name for path in out.iterdir()} == {
        "signals.parquet", "signals.csv", "trends.parquet", "rejected.csv", "account.json", "signals.html"}  # fmt: skip
    assert pq.read_table(out / "signals.parquet").num_rows == 36
    page = (out / "signals.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;d1&lt;/b&gt; · e1" in page
    assert "<b>d1" not in page
    assert page.count("<svg") >= 3
    assert "http" not in page
