"""Codes of one category, by how alike their titles are: N44.8 beside N44.0."""

from collections import defaultdict

import numpy as np

from nlp.icd.titles.index import Index

CATEGORY = 3  # characters


class Relatives:
    def __init__(self, index: Index) -> None:
        self._index = index
        self._rows: dict[str, list[int]] = defaultdict(list)
        for row, code in enumerate(index.code):
            if index.sources[row] == "title":
                self._rows[index.codes[code][:CATEGORY]].append(row)

    def of(self, code: str, limit: int = 20) -> list[tuple[str, float]]:
        """Codes of its category with the cosine of their titles, most alike first; none for an unknown code."""
        rows = self._rows.get(code[:CATEGORY], [])
        codes = [self._index.codes[self._index.code[row]] for row in rows]
        if code not in codes:
            return [(other, 0.0) for other in codes[:limit]]
        titles = self._index.entries[rows]
        own = titles[codes.index(code)]
        length = np.sqrt(titles.multiply(titles).sum(axis=1)).A1 * float(np.sqrt(own.multiply(own).sum()))
        alike = (titles @ own.T).toarray().ravel() / np.maximum(length, 1e-9)
        order = [at for at in np.argsort(-alike, kind="stable") if codes[at] != code]
        return [(codes[at], float(alike[at])) for at in order[:limit]]
