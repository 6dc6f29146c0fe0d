"""Who is in a release: SQL over the open root gives subject_ids, phi/identities says whose they are."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.errors import InputError
from runner.forgetting.barring import OptOuts
from runner.query import query
from runner.releases.project import Project
from schemas.people import IDENTITIES
from store.snapshot import Snapshot


def cohort(lake: Path, snapshot: Snapshot, project: Project) -> np.ndarray:
    """Subjects of the PHI side."""
    wanted = _asked(lake, project)
    known = OptOuts(lake).applied(snapshot.read(IDENTITIES.name, "all"))  # also who opted out since that night
    standing = known.filter(pc.is_null(known["merged_into"]))
    found = standing.filter(pc.is_in(standing["open_id"], wanted))
    if len(found) < len(wanted):
        raise InputError(
            f"{project.name}: cohort: {len(wanted) - len(found):,} of {len(wanted):,} subject_ids are of nobody in the "
            "open root. Select subject_id of an open table, such as timeline or fhir.Patient."
        )
    found = found.filter(pc.invert(pc.fill_null(found["opt_out"], False)))
    if len(found) < project.k:
        raise InputError(
            f"{project.name}: cohort: fewer persons than k = {project.k}, nobody could hide among others. Widen it."
        )
    subjects: np.ndarray = np.sort(found["subject_id"].to_numpy())
    return subjects


def _asked(lake: Path, project: Project) -> pa.Array:
    try:
        schema, batches = query(lake, project.cohort)
        rows = pa.Table.from_batches(list(batches), schema=schema)
    except InputError as error:
        if "phi" in project.cohort.lower():
            raise InputError(
                f"{project.name}: cohort: the SQL cannot be answered. A cohort asks the open root only, never phi."
            ) from error
        raise InputError(f"{project.name}: cohort: {error}") from error
    if "subject_id" not in rows.column_names or not pa.types.is_integer(rows.schema.field("subject_id").type):
        raise InputError(
            f"{project.name}: cohort: the SQL gives {', '.join(rows.column_names)}; expected a column subject_id as "
            "open tables have it."
        )
    return rows["subject_id"].cast(pa.int64()).drop_null().unique()
