"""What `apply pathology` says when a reader is not there."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from runner.pathology import flagged


def test_what_is_not_installed_is_told(tmp_path: Path) -> None:
    account = pa.table({"flags": [["no-artifact"], ["no-artifact", "cut"]], "readers": [["breast"], []]})
    pq.write_table(account, tmp_path / "pathology_account.parquet")
    first, second, last = flagged(tmp_path)
    assert (first, second) == ("reports with no-artifact: 2", "reports with cut: 1")
    assert "only breast read" in last and "--set oncology=DIR" in last
