"""A CodiEsp folder with many more labels: synthetic terms for codes of the tabular list, marked in other texts."""

import random
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from contract.errors import InputError
from eval.corpora.codiesp import SYSTEMS, TEXTS, read_labels

TERM = re.compile(r"\b[^\W\d_]{5,}(?: \w+)?(?: [^\W\d_]{5,})?\b")  # one to three words, as most marked spans are
A_TEXT = 20  # codes that are marked in one
SEED = 20261121


@dataclass(frozen=True)
class More:
    """`texts`: what terms are taken from. Every code more stands for a term in one text."""

    train: Path
    texts: Sequence[str]
    labels: int

    def write(self, folder: Path) -> int:
        """How many labels the folder has, of diagnoses and procedures together."""
        shutil.copytree(self.train, folder, dirs_exist_ok=True)
        known = {label for task in SYSTEMS for label in read_labels(folder, task)["label"].to_pylist()}
        codes = [code for code in _codes() if f"{SYSTEMS['D']}//{code}" not in known]
        wanted = max(0, self.labels - len(known))
        if wanted > len(codes) or wanted > A_TEXT * len(self.texts):
            raise InputError(
                f"{self.labels} labels cannot be reached: {len(codes)} codes and {len(self.texts)} texts are there to "
                f"add, {A_TEXT} codes a text. Give more texts by --input, or a smaller --labels."
            )
        random.Random(SEED).shuffle(codes)
        added = sum(self._add(folder, *one) for one in self._shared(codes[:wanted]))
        return len(known) + added

    def _shared(self, codes: Sequence[str]) -> Iterator[tuple[int, str, Sequence[str]]]:
        for at in range(0, len(codes), A_TEXT):
            yield at // A_TEXT, self.texts[at // A_TEXT], codes[at : at + A_TEXT]

    def _add(self, folder: Path, number: int, text: str, codes: Sequence[str]) -> int:
        name = f"more{number:05d}"
        terms = list(TERM.finditer(text))
        chosen = sorted(random.Random(number).sample(range(len(terms)), min(len(codes), len(terms))))
        pairs = [(code, terms[at]) for code, at in zip(codes, chosen, strict=False)]
        (folder / TEXTS["es"] / f"{name}.txt").write_text(text, encoding="utf-8")
        with (folder / "trainD.tsv").open("a", encoding="utf-8") as out:
            out.writelines(f"{name}\t{code.lower()}\n" for code, _ in pairs)
        with (folder / "trainX.tsv").open("a", encoding="utf-8") as out:
            out.writelines(
                f"{name}\tDIAGNOSTICO\t{code.lower()}\t{term.group()}\t{term.start()} {term.end()}\n"
                for code, term in pairs
            )
        return len(pairs)


def _codes() -> list[str]:
    """Codes without children of at most six characters: what CodiEsp's codes look like."""
    import simple_icd_10_cm as tabular

    return [code for code in tabular.get_all_codes() if len(code) <= 7 and tabular.is_leaf(code)]
