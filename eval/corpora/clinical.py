"""English clinical text of open corpora, paragraph by paragraph: MTS-Dialog, ACI-bench, CodiEsp, ADE."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

from contract.errors import InputError

csv.field_size_limit(1 << 24)


def read_mts(folder: Path) -> list[str]:
    """Sections of visit notes of the training set, with their header before them (MTS-Dialog, CC BY 4.0)."""
    rows = _rows(folder / "MTS-Dialog-TrainingSet.csv", "section_text")
    return [f"{row['section_header']}: {row['section_text']}" for row in rows]


def read_aci(folder: Path, part: str = "train") -> list[str]:
    """Whole visit notes; part: train or valid (ACI-bench, CC BY 4.0)."""
    return [row["note"] for row in _rows(folder / f"{part}.csv", "note")]


def read_codiesp(folder: Path) -> list[str]:
    """Case reports, translated from Spanish by machine, one sentence a line (CodiEsp, CC BY 4.0)."""
    paths = sorted(folder.rglob("text_files_en/*.txt"))
    if not paths:
        raise InputError(f"{folder} holds no text_files_en/*.txt; expected the CodiEsp corpus with its English texts.")
    return [path.read_text(encoding="utf-8") for path in paths]


def read_ade(folder: Path) -> list[str]:
    """Sentences of abstracts without an adverse effect (ADE corpus V2)."""
    lines = _text(folder / "ADE-NEG.txt").splitlines()
    return [line.split(" NEG ", 1)[1] for line in lines if " NEG " in line]


READERS: dict[str, Callable[[Path], list[str]]] = {
    "mts_dialog": read_mts, "aci_bench": read_aci, "codiesp": read_codiesp, "ade_corpus_v2": read_ade,
}  # fmt: skip


def _rows(path: Path, column: str) -> Iterator[dict[str, str]]:
    for row in csv.DictReader(_text(path).splitlines(keepends=True)):
        if not row.get(column):
            raise InputError(f"{path.name} has a row without {column}; expected columns as the corpus was published.")
        yield row


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(
            f"{path.parent.name} has no {path.name}; give the folder of the corpus as published."
        ) from None
