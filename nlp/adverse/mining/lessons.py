"""Marked text to learn from: the ADE corpus's files, or a site's own notes with marks; several folders are mixed."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from contract.errors import InputError
from eval.corpora.ade import RELATIONS, read_ade
from eval.corpora.related import Related, read_related
from nlp.adverse.mining.page import LABELS, Page, of_note, of_sentences

NOTES = "notes.parquet"


def read(folders: Sequence[Path], language: str) -> list[Page]:
    """All pages of all folders; an error where nothing tells of a relation."""
    pages = [page for folder in folders for page in _folder(folder, language)]
    if not any(page.pairs for page in pages):
        raise InputError(
            f"{', '.join(str(folder) for folder in folders)}: no relation between a DRUG and an EFFECT is marked; "
            "there is nothing to learn from."
        )
    if all(line.telling for page in pages for line in page.lines):
        raise InputError(
            "Every sentence tells of an effect: what does not must be there too (ADE-NEG.txt, or whole notes)."
        )
    return pages


def _folder(folder: Path, language: str) -> list[Page]:
    if (folder / RELATIONS).is_file():
        return of_sentences(read_ade(folder).sentences)
    marks = sorted(folder.glob("*.jsonl")) if folder.is_dir() else []
    if not marks:
        raise InputError(
            f"{folder} holds neither {RELATIONS} (the ADE corpus) nor *.jsonl with text, spans and relations."
        )
    known = [_checked(each) for path in marks for each in _marks(path)]
    return [of_note(each.text, language, each) for each in known]


def _marks(path: Path) -> list[Related]:
    """Lines without text name a note of notes.parquet beside them."""
    with path.open("rb") as file:
        first = next((line for line in file if line.strip()), b"{}")
    notes = path.with_name(NOTES)
    if b'"text"' in first or not notes.is_file():
        return read_related(path)
    return read_related(path, _texts(notes))


def _texts(path: Path) -> Mapping[str, str]:
    import pyarrow.parquet as parquet

    table = parquet.read_table(path, columns=["note_id", "text"])
    return dict(zip(table["note_id"].to_pylist(), table["text"].to_pylist(), strict=True))


def _checked(known: Related) -> Related:
    labels = {label for _, _, label in known.spans}
    if wrong := sorted(labels - set(LABELS)):
        raise InputError(f"A span is labelled {wrong[0]!r}; expected {' or '.join(LABELS)}. Mend the marks.")
    for drug, effect in known.relations:
        if (known.spans[drug][2], known.spans[effect][2]) != LABELS:
            raise InputError("A relation does not lead from a DRUG to an EFFECT; expected [drug index, effect index].")
    return known
