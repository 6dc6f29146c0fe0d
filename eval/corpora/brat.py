"""Documents with marked spans in brat's standoff format: NAME.txt beside NAME.ann, as MEDDOCAN has them."""

from pathlib import Path

from contract.errors import InputError
from eval.corpora.marked import Marked


def read_brat(folder: Path) -> list[Marked]:
    """All pairs under the folder, by name. Discontinuous spans are read from their first to their last character."""
    documents = [_read(path) for path in sorted(folder.rglob("*.txt")) if path.with_suffix(".ann").is_file()]
    if not documents:
        raise InputError(f"{folder} holds no pair NAME.txt and NAME.ann; expected a folder of brat standoff files.")
    return documents


def _read(path: Path) -> Marked:
    text = path.read_bytes().decode("utf-8")
    lines = path.with_suffix(".ann").read_text(encoding="utf-8").splitlines()
    spans = sorted(_span(line, path) for line in lines if line.startswith("T"))
    if spans and max(end for _, end, _ in spans) > len(text):
        raise InputError(f"{path.with_suffix('.ann').name} marks characters beyond the end of {path.name}.")
    return Marked(path.stem, text, tuple(spans))


def _span(line: str, path: Path) -> tuple[int, int, str]:
    try:
        label, *offsets = line.split("\t")[1].replace(";", " ").split()
        return int(offsets[0]), int(offsets[-1]), label
    except (IndexError, ValueError):
        raise InputError(
            f"{path.with_suffix('.ann').name}: a line is not `T1<tab>LABEL START END<tab>text`. Look at its tabs."
        ) from None
