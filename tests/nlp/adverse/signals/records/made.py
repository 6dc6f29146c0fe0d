"""A hospital in a table: persons who take drugs and have events, at rates that a test chooses."""

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

START, DAYS = datetime(2018, 1, 1), 1500
TIMELINE = pa.schema(
    [("subject_id", pa.int64()), ("time", pa.timestamp("us")), ("code", pa.string()), ("fhir_id", pa.string())]
)


class Made:
    """`harm`: rate ratio of the event in the 90 days after the drug's start."""

    def __init__(self, persons: int, seed: int = 1) -> None:
        self.rng, self.persons, self.rows = np.random.default_rng(seed), persons, []
        for who in range(persons):
            self.add(who, -20000, "MEDS_BIRTH")
            self.add(who, None, f"GENDER//{'FM'[who % 2]}")
            for day in (0, *self.rng.integers(1, DAYS, 8), DAYS):
                self.add(who, day, "VISIT_START//AMB")

    def add(self, who: int, day: float | None, code: str, fhir_id: str | None = None) -> None:
        time = None if day is None else START + timedelta(days=float(day), hours=9)
        self.rows.append((who, time, code, fhir_id))

    def give(self, drug: str, event: str, *, rate: float, harm: float, share: float = 1.0, days: int = 365) -> None:
        """Each taker starts once; `rate` is the event's, in a year, without the drug."""
        for who in range(self.persons):
            start = int(self.rng.integers(200, DAYS - 200)) if self.rng.random() < share else None
            if start is not None:
                name = f"MedicationRequest/{drug}{who}"
                self.add(who, start, f"{drug}//ORDER", name)
                self.add(who, start + days, f"{drug}//ORDER//END", name)
            hazard = np.full(DAYS, rate / 365)
            if start is not None:
                hazard[start + 1 : start + 91] *= harm
            hit = np.flatnonzero(self.rng.random(DAYS) < hazard)
            if len(hit):
                self.add(who, int(hit[0]), event, f"Condition/{event}{who}")

    def table(self) -> pa.Table:
        rows = sorted(self.rows, key=lambda row: (row[0], row[1] is not None, row[1] or START))
        return pa.Table.from_arrays(
            [pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), TIMELINE.types, strict=True)],
            schema=TIMELINE,
        )
