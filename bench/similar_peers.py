"""Other libraries that search exactly by cosine: scikit-learn, DuckDB and, where it is installed, faiss."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Peer:
    """`queries`: how many it is asked at once; the slow ones few."""

    ask: Callable[[Vectors], object]
    queries: int


def _scikit_learn(vectors: Vectors, k: int) -> Peer | None:
    from sklearn.neighbors import NearestNeighbors

    found = NearestNeighbors(n_neighbors=k + 1, algorithm="brute", metric="cosine", n_jobs=1).fit(vectors)
    return Peer(found.kneighbors, 200)


def _duckdb(vectors: Vectors, k: int) -> Peer | None:
    """An index of its own, HNSW, is an extension to be downloaded, and not exact."""
    import duckdb
    import pyarrow as pa

    width = vectors.shape[1]
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    rows = pa.table(
        {"id": pa.array(range(len(vectors))), "v": pa.FixedSizeListArray.from_arrays(vectors.ravel(), width)}
    )
    connection.register("given", rows)
    connection.execute("CREATE TABLE held AS SELECT * FROM given")
    sql = f"SELECT id FROM held ORDER BY array_cosine_similarity(v, ?::FLOAT[{width}]) DESC LIMIT {k}"
    return Peer(lambda asked: [connection.execute(sql, [one.tolist()]).fetchall() for one in asked], 10)


def _faiss(vectors: Vectors, k: int) -> Peer | None:
    try:
        faiss = import_module("faiss")
    except ImportError:
        return None
    faiss.omp_set_num_threads(1)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    found = faiss.IndexFlatIP(vectors.shape[1])
    found.add(vectors / lengths)
    return Peer(lambda asked: found.search(asked / np.linalg.norm(asked, axis=1, keepdims=True), k + 1), 1000)


PEERS: Mapping[str, Callable[[Vectors, int], Peer | None]] = {
    "scikit-learn NearestNeighbors, brute": _scikit_learn,
    "DuckDB array_cosine_similarity": _duckdb,
    "faiss IndexFlatIP": _faiss,
}
