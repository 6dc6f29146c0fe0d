"""The whole hospital, block by block, onto disk: simulate(config, out) is the door of this room."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from contract.errors import InputError
from simulate import films, measures, records, registers, truth
from simulate.arrays import BLOCK
from simulate.block import Block, draw_block
from simulate.ceiling import image_ceiling, posteriors
from simulate.config import HospitalConfig, Progress
from simulate.device_ceiling import device_ceiling, device_odds
from simulate.embeddings import draw_images, embeddings
from simulate.errors import plant_errors
from simulate.notes import charting
from simulate.reader import reader
from simulate.records import Rows
from simulate.shared import draw_shared, shared_tables
from simulate.vendors.reshape import reshape
from simulate.writing import Folder

RAW: dict[str, Callable[[Block], Rows]] = {
    "patients": registers.patients,
    "encounters": registers.encounters,
    "conditions": records.conditions,
    "observations": lambda b: measures.observations(b.values, b.encounters, b.people.ids, b.number),
    "medications": records.medications,
    "procedures": records.procedures,
    "immunizations": records.immunizations,
    "allergies": records.allergies,
    "careplans": records.careplans,
    "devices": records.devices,
    "supplies": records.supplies,
    "imaging_studies": lambda b: films.imaging_studies(b.films, b.people, b.encounters),
    "claims": registers.claims,
    "payer_transitions": registers.payer_transitions,
}
TRUE: dict[str, Callable[[Block], Rows]] = {
    "diseases": truth.latent,
    "stays": truth.stays,
    "daily_risk": truth.daily_risk,
    "effects": truth.harm_events,
    "exposures": truth.exposures,
    "image_findings": truth.image_findings,
    "image_devices": truth.image_devices,
}


@dataclass(frozen=True)
class Summary:
    """What was written: rows per CSV file, persons, and what the truth holds."""

    patients: int
    rows: dict[str, int]
    stays: int
    deaths_in_hospital: int
    readmissions: int
    effects: int
    errors: int


def refuse_full(out: Path) -> None:
    if out.exists() and any(out.iterdir()):
        raise InputError(f"{out.name}: the output folder is not empty; name a new folder or empty this one.")


def keep(rows: Rows, people: int) -> pa.Table:
    """Only the first `people` persons of a block: the last block is drawn whole and cut."""
    who, table = rows
    return table if people >= BLOCK else table.filter(pa.array(who < people))


def blocks(config: HospitalConfig) -> Iterator[tuple[Block, int]]:
    """Each block with how many of its persons belong to the hospital."""
    shared = draw_shared(config)
    for number in range(-(-config.patients // BLOCK)):
        yield draw_block(config, shared, number), min(BLOCK, config.patients - number * BLOCK)


def simulate(config: HospitalConfig, out: Path, progress: Progress | None = None) -> Summary:
    """Writes out/csv, out/truth, out/embeddings, and out/SHAPE if one is named; progress(persons done, all)."""
    refuse_full(out)
    totals = dict.fromkeys(("stays", "deaths", "readmissions", "effects"), 0)
    with Folder(out) as folder:
        for name, table in shared_tables(draw_shared(config)).items():
            folder.csv(name, table)
        folder.parquet("truth/pairs", truth.pairs())
        done = 0
        for block, people in blocks(config):
            write_block(folder, block, people)
            done += people
            for key, value in _counts(block, people).items():
                totals[key] += value
            if progress:
                progress(done, config.patients)
    if config.shape != "synthea":
        folder.rows |= reshape(out / "csv", out / config.shape, config.shape)
    planted = _plant(config, out)
    return Summary(config.patients, folder.rows, totals["stays"], totals["deaths"], totals["readmissions"],
                   totals["effects"], planted)  # fmt: skip


def block_tables(block: Block, people: int) -> tuple[dict[str, pa.Table], dict[str, pa.Table]]:
    """Raw rows and truth by table."""
    raw = {name: keep(make(block), people) for name, make in RAW.items()}
    true = {name: keep(make(block), people) for name, make in TRUE.items()}
    if block.config.notes:
        raw["notes"], known = charting.chart_notes(block, people)
        true |= known
    return raw, true


def write_block(folder: Folder, block: Block, people: int) -> dict[str, pa.Table]:
    """Returns the raw rows."""
    raw, true = block_tables(block, people)
    for name, table in raw.items():
        folder.csv(name, table)
    for name, table in true.items():
        folder.parquet(f"truth/{name}", table)
    if block.config.embeddings:
        _write_images(folder, block, people)
    return raw


def _write_images(folder: Folder, block: Block, people: int) -> None:
    films = block.films
    images = draw_images(block.config, films, block.number)
    folder.parquet("embeddings/embeddings", keep(embeddings(images, films, block.people), people))
    best = reader(films, images, block.config.noise)
    devices = device_odds(best)
    told = posteriors(best, devices)
    folder.parquet("truth/image_ceiling", keep(image_ceiling(films, images, block.people, told), people))
    folder.parquet("truth/device_ceiling", keep(device_ceiling(films, images, block.people, devices), people))


def _counts(block: Block, people: int) -> dict[str, int]:
    s = block.stays
    mine = s.who < people
    return {"stays": int(mine.sum()), "deaths": int((s.died & mine).sum()),
            "readmissions": int((s.unplanned & mine).sum()),
            "effects": int(np.sum(block.harms.who < people))}  # fmt: skip


def _plant(config: HospitalConfig, out: Path) -> int:
    if not config.errors:
        return 0
    return plant_errors(out / "csv", out / "truth" / "errors.parquet", share=config.errors, seed=config.seed)
