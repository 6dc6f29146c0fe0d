"""What `apply pathology` says of its reports: how many have which flag; why there is nothing, and what to do."""

from pathlib import Path

import pyarrow.parquet as pq

from runner.tally import flags_of


def flagged(out: Path) -> list[str]:
    account = pq.read_table(out / "pathology_account.parquet", columns=["flags", "readers"])
    flags = flags_of(account)
    lines = [f"reports with {flag}: {n:,}" for flag, n in flags.items()]
    if "no-artifact" in flags:
        read = {name for said in account["readers"].to_pylist() for name in said}
        told = f"only {', '.join(sorted(read))} read these reports" if read else "no report was read"
        lines.append(
            f"a trained reader is not installed, so {told}: name one by --set breast=DIR or --set oncology=DIR"
        )
    return lines
