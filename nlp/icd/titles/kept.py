"""An index in the user's cache, named by what it was made of: read in a tenth of a second, made in some seconds."""

import hashlib
import io
import logging
import os
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from scipy import sparse

import nlp.icd.knowledge.terms as knowledge
from nlp.icd.catalogue.cache import folder
from nlp.icd.titles.index import Index

FORMAT = 1  # another layout, another name
LOG = logging.getLogger(__name__)


def kept(system: str, languages: Sequence[str], make: Callable[[], Index]) -> Index:
    file = folder() / f"titles-{digest(system, languages)}.npz"
    try:
        return unpacked(file.read_bytes())
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        LOG.warning("the cached titles %s cannot be used (%s); they are made anew", file.name, type(error).__name__)
    index = make()
    _save(file, packed(index))
    return index


def _save(file: Path, content: bytes) -> None:
    """At once or not at all: another process never sees half a file."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        Path(name).replace(file)
    except OSError as error:
        LOG.warning("titles cannot be kept in %s (%s): every process makes them anew", file.parent, error.strerror)


def digest(system: str, languages: Sequence[str]) -> str:
    """Of the edition that is installed, the lists, and the programs that read them."""
    said = hashlib.sha256(f"{FORMAT} {system} {languages} {version('simple_icd_10_cm')}".encode())
    here = Path(__file__).parent
    for path in sorted([*here.rglob("*.py"), *here.rglob("*.yaml"), *Path(knowledge.__file__).parent.rglob("*.*")]):
        if path.suffix in (".py", ".yaml", ".csv"):
            said.update(path.read_bytes())
    return said.hexdigest()[:16]


def packed(index: Index) -> bytes:
    out = io.BytesIO()
    np.savez(
        out,
        terms=_joined(index.terms),
        codes=_joined(index.codes),
        source=np.unique(index.sources, return_inverse=True)[1].astype(np.int8),
        source_names=_joined(sorted(set(index.sources))),
        weights=index.weights,
        code=index.code.astype(np.int32),
        plain=index.plain,
        data=index.entries.data,
        indices=index.entries.indices,
        indptr=index.entries.indptr,
    )
    return out.getvalue()


def unpacked(held: bytes) -> Index:
    with np.load(io.BytesIO(held)) as file:
        terms, codes, names = (_split(file[name]) for name in ("terms", "codes", "source_names"))
        shape = (len(file["code"]), len(terms))
        entries = sparse.csr_matrix((file["data"], file["indices"], file["indptr"]), shape=shape)
        return Index(
            terms={term: at for at, term in enumerate(terms)},
            weights=file["weights"],
            entries=entries,
            codes=codes,
            code=file["code"].astype(np.int64),
            sources=[names[at] for at in file["source"].tolist()],
            plain=file["plain"],
        )


def _joined(words: Sequence[str] | dict[str, int]) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    return np.frombuffer("\n".join(words).encode(), dtype=np.uint8)


def _split(held: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> list[str]:
    return held.tobytes().decode().split("\n")
