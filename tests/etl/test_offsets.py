"""How far dates of a person move: whole weeks, never none, bounded by the registry."""

import pyarrow as pa

from contract.work import PEOPLE
from etl.identities import Sighting, update
from schemas.people import IDENTITIES


def test_offsets_stay_within_the_bound_and_go_both_ways() -> None:
    people = pa.table([[str(k) for k in range(400)], pa.nulls(400, PEOPLE.field(1).type), pa.nulls(400, pa.string())],
                      schema=PEOPLE)  # fmt: skip
    weeks = update(IDENTITIES.empty(), [Sighting("s", people)], weeks=3)["offset_weeks"].to_pylist()
    assert set(weeks) == {-3, -2, -1, 1, 2, 3}
