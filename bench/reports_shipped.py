"""Makes the shipped writer of drafts: it learns from simulated hospitals, whose images have three sizes of noise."""

from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.parquet as pq
import typer

from bench import reports_simulated
from bench.json_line import command, finish, say
from bench.place import workplace
from imaging.train import Training, train
from simulate.config import HospitalConfig
from simulate.hospital import simulate

KEYS = ("studies", "digest", "measured")
HOSPITALS = ((101, 2.0), (102, 3.0), (103, 3.0), (104, 4.0))  # seed, noise: the default twice
PATIENTS = 2_500  # of each
COMMAND = "python -m bench.reports_shipped --out models/weights/imaging"


def gather(place: Path, patients: int) -> tuple[Path, int]:
    """Hospital after hospital, as `chartloom train reports --data` reads them."""
    images, reports = [], []
    for seed, noise in HOSPITALS:
        say(f"hospital {seed}: {patients:,} patients, noise {noise:g}")
        folder = place / str(seed)
        simulate(HospitalConfig(patients=patients, seed=seed, noise=noise), folder)
        studies, texts, _ = reports_simulated.read(folder)
        images.append(pq.read_table(folder / "embeddings" / "embeddings.parquet"))
        reports.append(pa.table({"study_id": studies.study_id.tolist(), "text": texts}))
    data = place / "data"
    data.mkdir()
    pq.write_table(pa.concat_tables(images), data / "embeddings.parquet")
    pq.write_table(pa.concat_tables(reports), data / "reports.parquet")
    return data, sum(map(len, reports))


def main(
    out: Annotated[Path, typer.Option(help="The artifact's folder.")],
    patients: Annotated[int, typer.Option(min=1, help="Of each of the four hospitals.")] = PATIENTS,
    work: Annotated[Path | None, typer.Option(help="A folder for hospitals; without, a temporary one.")] = None,
) -> None:
    """Train the shipped artifact of drafts anew, from nothing but the simulator.

    Example: python -m bench.reports_shipped --out models/weights/imaging
    """
    with workplace("reports-shipped", work) as place:
        data, studies = gather(place, patients)
        made = train(data, out, Training(
            source="four simulated hospitals (seeds 101 to 104; noise 2, 3, 3 and 4)",
            licence="the project's own: phrases and images are the simulator's", command=COMMAND, phi=False,
            limits="It reads vectors of the simulator's encoder only, and says nothing of real images.",
        ), say)  # fmt: skip
    finish(KEYS, {"studies": studies, "digest": made.digest, "measured": made.measured})


if __name__ == "__main__":
    command(main)
