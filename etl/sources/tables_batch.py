"""The raw tables of one batch, each judged once however many others are joined with it; code tables once a worker."""

from dataclasses import dataclass, field, replace
from functools import lru_cache

import pyarrow as pa

from contract.work import SHARED_BATCH
from etl.mapping.frame import Frame
from etl.mapping.load import Mapping
from etl.sources.tables_judge import Judgement, Setting, judged
from etl.sources.tables_rows import Spool


@dataclass
class Batch:
    spool: Spool
    mapping: Mapping
    zone: str
    _rows: dict[str, pa.Table | None] = field(default_factory=dict)
    _judged: dict[str, Judgement | None] = field(default_factory=dict)

    def rows(self, name: str) -> pa.Table | None:
        if name not in self._rows:
            found = self.spool.rows(name)
            self._rows[name] = found if found is not None and len(found) else None
        return self._rows[name]

    def judged(self, name: str) -> Judgement | None:
        if name not in self._judged:
            rows = self.rows(name)
            setting = Setting(self.mapping.years, self.zone, self.other)
            self._judged[name] = judged(rows, self.mapping.tables[name], setting) if rows is not None else None
        return self._judged[name]

    def release(self, name: str) -> None:
        """Nothing is made of the table any more; joined ones may still be asked for."""
        self._rows.pop(name, None)
        if not any(look.join.table == name for table in self.mapping.tables.values() for look in table.looks):
            self._judged.pop(name, None)

    def other(self, name: str) -> Frame | None:
        """The good rows of a joined table."""
        if self.mapping.tables[name].raw.person or self.spool.batch == SHARED_BATCH:
            found = self.judged(name)
            return found.frame if found else None
        kept = _kept(self.spool.folder, self.mapping.name, self.mapping.digest, self.zone)
        state = tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in self.spool.shared(name))
        if (name, state) not in kept:
            kept[name, state] = replace(self, spool=Spool(self.spool.folder, SHARED_BATCH)).alone(name)
        return kept[name, state]

    def alone(self, name: str) -> Frame | None:
        found = Batch(self.spool, self.mapping, self.zone).judged(name)
        return found.frame if found else None


@lru_cache(maxsize=2)
def _kept(*_said: object) -> dict[object, Frame | None]:
    """Code tables of a group, as long as its batches are read."""
    return {}
