"""The audit of a release: what is known of a person, left in a row that is to leave, refuses it."""

from datetime import date

import pyarrow as pa
import pytest

from contract.errors import CheckFailed
from nlp.deid.audit.batch import Batch
from nlp.deid.audit.check import LeakAudit
from nlp.deid.audit.digests import digests
from nlp.deid.known.people import persons
from runner.releases.auditing import require_all_seen, texts, verdict, without
from runner.releases.project import Project
from schemas.gate import KNOWN_DIGESTS
from store.snapshot import Snapshot
from tests.nlp.deid.audit.lake import ANNA, shard

PROJECT = Project("p", "r", "a", date(2999, 1, 1), "select 1")


class Known(Snapshot):
    """A snapshot that holds everyone's digests, and nothing else."""

    def __init__(self) -> None:
        self.rows = digests(persons(shard()).values())

    def tables(self) -> list[str]:
        return [KNOWN_DIGESTS.name]

    def read(self, table: str, shard: str) -> pa.Table:
        return self.rows if (table, shard) == (KNOWN_DIGESTS.name, "all") else KNOWN_DIGESTS.empty()


def seen(text: str) -> dict[str, pa.Table]:
    made = shard((ANNA, text), fhir_Patient=shard()["phi/fhir/Patient"].slice(0, 0))
    return dict(Batch(made, persons(made), LeakAudit().planted, ("notes",)).read().tables())


def test_a_name_refuses_the_release() -> None:
    with pytest.raises(CheckFailed, match="may name a person"):
        verdict(Known(), LeakAudit(), PROJECT, [seen("Seen by us: Annabeth Tulipova.")])


def test_anothers_number_refuses_it_too() -> None:
    with pytest.raises(CheckFailed, match="may name a person"):
        verdict(Known(), LeakAudit(), PROJECT, [seen("MRN 5583016 was here.")])


def test_nothing_found_passes() -> None:
    assert verdict(Known(), LeakAudit(), PROJECT, [seen("All is well.")]) == ()


def test_rows_may_be_withheld_where_the_project_bears_it() -> None:
    part = seen("Annabeth Tulipova came.")
    held = verdict(Known(), LeakAudit(), Project("p", "r", "a", date(2999, 1, 1), "select 1", max_leaks=1), [part])
    notes = shard((ANNA, "Annabeth Tulipova came."))["notes"]
    assert len(held) == 1
    assert len(without("notes", notes, held)) == 0


def test_a_number_in_the_manifest_refuses_it() -> None:
    said = texts(LeakAudit(), [{"recipient": "MRN 7741902"}])
    with pytest.raises(CheckFailed):
        verdict(Known(), LeakAudit(), PROJECT, [seen("All is well."), said])


def test_rows_that_were_not_looked_at_are_not_released() -> None:
    require_all_seen([seen("All is well.")], 1)
    with pytest.raises(CheckFailed, match="1 of 2 rows"):
        require_all_seen([seen("All is well.")], 2)
