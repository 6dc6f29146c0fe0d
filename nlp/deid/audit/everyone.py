"""What was seen in open text of all batches, held against what is known of everyone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Shard
from nlp.deid.audit.places import PLACES, Place
from schemas.gate import KNOWN_DIGESTS

SHARED = 5  # persons who have the same number; what more have (a switchboard, a placeholder) is nobody's


@dataclass(frozen=True)
class Everyone:
    digests: np.ndarray  # sorted
    crowded: tuple[int, ...]  # lengths of numbers of which so many are taken that any may be met by chance

    def hits(self, parts: Iterable[Shard]) -> list[Place]:
        return [place for part in parts if "sightings" in part for place in self._of(part)]

    def _of(self, part: Shard) -> list[Place]:
        seen = part["sightings"]["digest"].to_numpy()
        at = np.searchsorted(self.digests, seen)
        met = (
            np.zeros(len(seen), bool)
            if not len(self.digests)
            else self.digests[np.minimum(at, len(self.digests) - 1)] == seen
        )
        said = pa.array(np.unique(part["sightings"]["said"].to_numpy()[met]))
        places = part["places"].filter(pc.is_in(part["places"]["said"], said))
        return list(dict.fromkeys(Place(*(row[name] for name in PLACES.names)) for row in places.to_pylist()))


def everyone(known: Sequence[pa.Table], max_density: float) -> Everyone:
    """Of lengths of numbers that are crowded only those count that stand behind a label, such as MRN."""
    rows = pa.concat_tables([KNOWN_DIGESTS.empty(), *known])
    owners = rows.group_by(["digest", "digits"]).aggregate([("subject_id", "count_distinct")])
    owners = owners.filter(pc.less_equal(owners["subject_id_count_distinct"], SHARED))
    lengths, strict = np.abs(owners["digits"].to_numpy()), owners["digits"].to_numpy() > 0
    crowded = tuple(
        n for n in np.unique(lengths[strict]).tolist() if np.sum(lengths[strict] == n) > max_density * 10.0**n
    )
    kept = ~strict | ~np.isin(lengths, crowded)
    return Everyone(np.sort(owners["digest"].to_numpy()[kept]), crowded)
