"""What the whole text says of each code: kernel ridge regression and neighbours on TF-IDF of words and pairs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy import sparse

from nlp.icd.coder.content import Content
from nlp.icd.coder.packed import read_json, write_json

RIDGE = 0.3
NEIGHBOURS = 15
AT_ONCE = 32  # charts
LARGEST = 3000  # charts that it learns from
LEAST = 2  # charts that have a word


@dataclass
class Whole:
    """`texts`: charts x words, rows of length 1; `duals`: charts x codes; `gold`: charts x codes."""

    codes: list[str] = field(default_factory=list)
    words: dict[str, int] = field(default_factory=dict)
    idf: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    texts: sparse.csr_matrix = field(default_factory=lambda: sparse.csr_matrix((0, 0), dtype=np.float32))
    gold: sparse.csr_matrix = field(default_factory=lambda: sparse.csr_matrix((0, 0), dtype=np.float32))
    duals: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    largest: int = LARGEST

    def fit(self, contents: Sequence[Content], gold: Sequence[frozenset[str]]) -> None:
        """Of more than `largest` charts, so many at even distances: memory and time grow with their square and cube."""
        if len(contents) > self.largest:
            taken = np.linspace(0, len(contents) - 1, self.largest).astype(int).tolist()
            contents, gold = [contents[at] for at in taken], [gold[at] for at in taken]
        self.codes = sorted(set().union(*gold))
        counts = Counter(word for each in contents for word in each.counted)
        kept = sorted(word for word, count in counts.items() if count >= min(LEAST, len(contents)))
        self.words = {word: at for at, word in enumerate(kept)}
        idf = [np.log((1 + len(contents)) / (1 + counts[word])) + 1 for word in kept]
        self.idf = _rounded(np.array(idf, np.float32))
        self.texts = self._vectors(contents)
        self.texts.data = _rounded(self.texts.data)
        places = {code: at for at, code in enumerate(self.codes)}
        truth = np.zeros((len(contents), len(self.codes)), np.float32)
        for row, codes in enumerate(gold):
            truth[row, [places[code] for code in codes]] = 1
        self.gold = sparse.csr_matrix(truth)
        self._solve()

    def _solve(self) -> None:
        """The duals, out of texts and gold."""
        kernel = (self.texts @ self.texts.T).toarray() + RIDGE * np.eye(self.texts.shape[0], dtype=np.float32)
        self.duals = np.linalg.solve(kernel, self.gold.toarray()).astype(np.float32)

    def scores(self, contents: Sequence[Content]) -> tuple[np.ndarray, np.ndarray]:
        """Ridge and neighbour scores, charts x codes."""
        kernel = (self._vectors(contents) @ self.texts.T).toarray()
        size = -len(kernel) % AT_ONCE  # products of one shape: a chart scores the same in any company
        padded = np.concatenate([kernel, np.zeros((size, kernel.shape[1]), kernel.dtype)])
        blocks = [block @ self.duals for block in np.split(padded, max(len(padded) // AT_ONCE, 1))]
        return np.concatenate(blocks)[: len(kernel)], self._neighbours(kernel)

    def weights(self, words: Sequence[int], codes: Sequence[int]) -> np.ndarray:
        """words x codes: what the ridge regression gives each word for each code."""
        return np.asarray(self._by_word[:, list(words)].T @ self.duals[:, list(codes)])

    @cached_property
    def _by_word(self) -> sparse.csc_matrix:
        return self.texts.tocsc()

    @cached_property
    def places(self) -> Mapping[str, int]:
        return {code: at for at, code in enumerate(self.codes)}

    def _neighbours(self, kernel: np.ndarray) -> np.ndarray:
        nearest = np.argsort(-kernel, axis=1, kind="stable")[:, :NEIGHBOURS]
        near = np.zeros_like(kernel)
        rows = np.arange(len(kernel))[:, None]
        near[rows, nearest] = kernel[rows, nearest]
        total = near.sum(1, keepdims=True)
        return np.asarray((sparse.csr_matrix(near) @ self.gold).toarray() / np.maximum(total, 1e-6))

    def _vectors(self, contents: Sequence[Content]) -> sparse.csr_matrix:
        known = [[(at, n) for word, n in each.counted.items() if (at := self.words.get(word)) is not None]
                 for each in contents]  # fmt: skip
        columns, counts = np.array([pair for row in known for pair in row], np.int64).reshape(-1, 2).T
        values = (1 + np.log(counts)) * self.idf[columns]
        ends = np.cumsum([0, *map(len, known)])
        shape = (len(contents), len(self.words))
        made = sparse.csr_matrix((values.astype(np.float32), columns, ends), shape=shape)
        made.sort_indices()
        lengths = np.sqrt(np.asarray(made.multiply(made).sum(1)).ravel())
        return sparse.csr_matrix(sparse.diags(1 / np.maximum(lengths, 1e-9)) @ made)

    def save(self, folder: Path) -> None:
        """Without `duals`, which follow from the rest."""
        write_json(folder / "words.json.gz", [list(self.words), self.codes])
        held = {"idf": self.idf.astype(np.float16)}
        for name, matrix in (("texts", self.texts), ("gold", self.gold)):
            matrix = sparse.csr_matrix(matrix)
            held |= {f"{name}_data": matrix.data.astype(np.float16), f"{name}_indices": matrix.indices}
            held |= {f"{name}_indptr": matrix.indptr, f"{name}_shape": np.array(matrix.shape)}
        np.savez_compressed(folder / "whole.npz", allow_pickle=False, **held)

    @staticmethod
    def load(folder: Path) -> "Whole":
        words, codes = read_json(folder / "words.json.gz")
        with np.load(folder / "whole.npz", allow_pickle=False) as held:
            matrices = {
                name: sparse.csr_matrix(
                    (held[f"{name}_data"].astype(np.float32), held[f"{name}_indices"], held[f"{name}_indptr"]),
                    shape=tuple(held[f"{name}_shape"]),
                )
                for name in ("texts", "gold")
            }
            idf = held["idf"].astype(np.float32)
        made = Whole(codes, {word: at for at, word in enumerate(words)}, idf, matrices["texts"], matrices["gold"])
        made._solve()
        return made


def _rounded(values: np.ndarray) -> np.ndarray:
    """As they will be when they have been saved and loaded."""
    return values.astype(np.float16).astype(np.float32)
