"""Vectors that were made once and are not made again: by the digest of the file and by what made them. PHI."""

import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
COLUMNS = "maker text, file text, vector blob, primary key (maker, file)"
TABLE = f"create table if not exists vectors ({COLUMNS}) without rowid"


@dataclass
class Kept:
    """A small database in one file, readable by its owner only. A folder that may not be written keeps nothing."""

    connection: sqlite3.Connection | None
    lost: bool = False  # it was to keep, and cannot

    @classmethod
    def at(cls, path: Path) -> "Kept":
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            connection = sqlite3.connect(path)
            connection.execute("pragma secure_delete = on")  # a vector that is removed is gone from the file too
            connection.execute(TABLE)
            return cls(connection)
        except (OSError, sqlite3.Error):
            return cls(None, lost=True)

    def get(self, maker: str, file: str) -> Vector | None:
        if self.connection is None:
            return None
        question = "select vector from vectors where maker = ? and file = ?"
        try:
            found = self.connection.execute(question, (maker, file)).fetchone()
        except sqlite3.Error:
            self._lose()
            return None
        return np.frombuffer(found[0], "<f4").astype(np.float32) if found else None

    def put(self, maker: str, file: str, vector: Vector) -> None:
        """At once on disk: a night that is killed goes on from here."""
        if self.connection is None:
            return
        try:
            with self.connection:
                said = (maker, file, vector.astype("<f4").tobytes())
                self.connection.execute("insert or replace into vectors values (?, ?, ?)", said)
        except sqlite3.Error:
            self._lose()

    def _lose(self) -> None:
        """A full disk, a damaged file: the films are encoded all the same."""
        self.close()
        self.connection, self.lost = None, True

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()


def forget(path: Path, files: Iterable[str]) -> None:
    """Vectors of some files, whatever made them."""
    if not path.is_file():
        return
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("pragma secure_delete = on")
        connection.execute(TABLE)
        connection.executemany("delete from vectors where file = ?", [(each,) for each in files])
