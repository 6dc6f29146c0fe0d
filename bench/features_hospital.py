"""A simulated hospital with notes and films: its timeline, with what texts and images say as further events."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from bench.json_line import say
from bench.night import Hospital
from contract.work import Shard
from nlp.adverse.stage import FindAdverse
from outcomes.joined import joined
from schemas.registry import table
from simulate.config import Drift, HospitalConfig
from simulate.hospital import simulate

TEXT, IMAGE = ("findings",), ("embeddings",)


class OfTerms(FindAdverse):
    """The step without what is shipped: the lists of terms alone, a tenth of the time."""

    @property
    def _folder(self) -> Path | None:
        return None


def hospital(patients: int, seed: int, place: Path) -> pa.Table:
    """Events of the record, FINDING//... of notes and IMAGE//... of films, each known from when it was written."""
    drift = Drift(1, 1, 1, 1)
    simulate(HospitalConfig(patients, seed, missingness=1, confounding=1, drift=drift), place / "made")
    night = Hospital(place / "night")
    night.configure()
    night.deliver("csv", place / "made" / "csv")
    night.run()
    timeline = ds.dataset(night.snapshot().folder / "phi" / "timeline" / "data").to_table()
    say(f"the night is done: {len(timeline)} events; notes are read")
    found = findings(night)
    images = films(place / "made", timeline)
    say(f"{len(found)} findings of notes, {len(images)} images")
    return joined({"timeline": timeline, "findings": found, "embeddings": images}, (*TEXT, *IMAGE))


def findings(night: Hospital) -> pa.Table:
    """By the terms of the step adverse, shard by shard, as behind a gate that changes nothing."""
    stage = OfTerms()
    stage.open()
    snapshot = night.snapshot()
    parts = []
    for name in snapshot.shards("phi/notes"):
        shard: Shard = {
            each: table(each).conform(snapshot.read(f"phi/{each}", name))
            for each in ("notes", "timeline")
            if name in snapshot.shards(f"phi/{each}")
        }
        parts.append(stage.run(shard)["findings"])
    return pa.concat_tables(parts)


def films(made: Path, timeline: pa.Table) -> pa.Table:
    """Embeddings of the persons who ever had a stay: by an encounter of theirs the export's persons are known again."""
    images = pq.read_table(made / "embeddings" / "embeddings.parquet")
    stays = pq.read_table(made / "truth" / "stays.parquet", columns=["patient_id", "encounter_id"])
    known = timeline.select(["encounter_id", "subject_id"]).group_by("encounter_id").aggregate([("subject_id", "min")])
    whose = stays.join(known, "encounter_id", join_type="inner").group_by("patient_id")
    persons = whose.aggregate([("subject_id_min", "min")])
    place = pc.index_in(images["patient_id"], persons["patient_id"])
    images = images.append_column("subject_id", persons["subject_id_min_min"].take(place.combine_chunks()))
    return images.filter(images["subject_id"].is_valid())
