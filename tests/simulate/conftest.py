"""One small hospital for all tests of this room."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pytest

from simulate.config import HospitalConfig
from simulate.hospital import simulate

Reader = Callable[[Path, str], pd.DataFrame]


def read_csv(out: Path, name: str) -> pd.DataFrame:
    """Every cell as text; empty cells as empty text."""
    path = out / "csv" / f"{name}.csv"
    names = path.open(encoding="utf-8").readline().strip().split(",")
    convert = arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, "string"))
    parse = arrow_csv.ParseOptions(newlines_in_values=True)
    frame: pd.DataFrame = arrow_csv.read_csv(path, parse_options=parse, convert_options=convert).to_pandas()
    return frame.fillna("")


def read_truth(out: Path, name: str) -> pd.DataFrame:
    frame: pd.DataFrame = pq.read_table(out / "truth" / f"{name}.parquet").to_pandas()
    return frame


@pytest.fixture(scope="session")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("hospital") / "out"
    simulate(HospitalConfig(patients=100, seed=11), out)
    return out
