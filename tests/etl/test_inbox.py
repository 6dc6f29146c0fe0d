"""Files of an inbox: hidden ones are not there, young ones wait."""

import os
import time
from pathlib import Path

from etl.inbox import visible, young


def test_hidden_files_and_folders_are_left_out(tmp_path: Path) -> None:
    for name in ("b/two.csv", "one.csv", ".kept", "~lock.csv", ".git/config"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert visible(tmp_path) == [tmp_path / "b" / "two.csv", tmp_path / "one.csv"]
    assert visible(tmp_path / "nowhere") == []


def test_a_file_is_young_for_a_while(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for file, age in ((old, 100), (new, 1)):
        file.touch()
        os.utime(file, (time.time() - age,) * 2)
    assert young([old, new], 60) and not young([old], 60) and not young([old, new], 0) and not young([], 60)
