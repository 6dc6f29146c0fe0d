"""`chartloom heatmap`: a picture that only its owner may read, recorded, and gone when a person is forgotten."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from contract.errors import ChartloomError, ConfigError, InputError
from etl.films.encode import read
from models.vision import open_encoder
from runner import cli
from runner.forgetting.elsewhere import HEATMAPS, clear_heatmaps
from runner.heatmaps import Wanted, draw
from tests.checkpoints import resnet
from tests.etl.films.made import dicom
from tests.imaging.attribution import taught


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return resnet(tmp_path_factory.mktemp("checkpoints") / "tiny")


def test_a_film_has_its_map_in_the_lake(checkpoint: Path, tmp_path: Path) -> None:
    film, lake = dicom(tmp_path / "Smith_Anna.dcm"), tmp_path / "lake"
    lake.mkdir()
    words = ["heatmap", "--image", str(film), "--checkpoint", str(checkpoint), "--lake", str(lake)]
    said = CliRunner().invoke(cli.app, words)
    assert said.exit_code == 0, said.output
    (drawn,) = (lake / HEATMAPS).iterdir()
    assert str(drawn) == said.stdout.strip() and "Smith" not in said.output and "MRN" not in said.output
    assert drawn.stat().st_mode & 0o777 == 0o600 and drawn.parent.stat().st_mode & 0o777 == 0o700
    assert "Grad-CAM of the length of the vector, tiny@" in said.stderr and "no proof" in said.stderr
    with Image.open(drawn) as picture:
        assert picture.size[0] > 256 and not picture.info
    (line,) = [json.loads(each) for path in (lake / "phi-audit").iterdir() for each in path.read_text().splitlines()]
    assert line["act"] == "heatmap" and "Smith" not in str(line)
    clear_heatmaps(lake)
    assert not (lake / HEATMAPS).exists()


def test_a_file_outside_a_lake(checkpoint: Path, tmp_path: Path) -> None:
    film, out, told = dicom(tmp_path / "a.dcm"), tmp_path / "maps" / "a.png", list[str]()
    place = draw(Wanted(film, checkpoint), tmp_path / "none", out, told.append)
    assert place == out and out.stat().st_mode & 0o777 == 0o600 and "nothing records" in told[0]


def test_a_map_explains_a_finding(checkpoint: Path, tmp_path: Path) -> None:
    """Heads that were trained on vectors among which the film's own is a usual one."""
    film, encoder, told = dicom(tmp_path / "a.dcm"), open_encoder(checkpoint), list[str]()
    near = encoder.encode([read(film)])[0] - np.random.default_rng(2).normal(size=encoder.width)
    artifact = taught.artifact(tmp_path / "imaging", encoder.name, near)
    whole, aimed = tmp_path / "whole.png", tmp_path / "aimed.png"
    draw(Wanted(film, checkpoint), tmp_path, whole, told.append)
    draw(Wanted(film, checkpoint, artifact, "effusion"), tmp_path, aimed, told.append)
    assert f"Grad-CAM towards effusion, {encoder.name}; " in told[-2] and "by this image alone" in told[-2]
    assert whole.read_bytes() != aimed.read_bytes()
    with pytest.raises(InputError, match="no head for 'gout'"):
        draw(Wanted(film, checkpoint, artifact, "gout"), tmp_path, aimed, told.append)


def test_what_is_wrong_is_said_before_anything_is_drawn(checkpoint: Path, tmp_path: Path) -> None:
    film, lake = dicom(tmp_path / "a.dcm"), tmp_path / "none"
    (tmp_path / "b.dcm").write_bytes(film.read_bytes()[:-700])
    with pytest.raises(ConfigError, match="go together"):
        Wanted(film, checkpoint, finding="effusion")
    faults: list[tuple[Wanted, str]] = [
        (Wanted(tmp_path / "c.dcm", checkpoint), "no such file"),
        (Wanted(tmp_path / "b.dcm", checkpoint), "ends before its picture"),
        (Wanted(film, tmp_path / "nowhere"), "no such folder"),
        (Wanted(film, checkpoint), "no lake to keep"),
        (Wanted(film, checkpoint, tmp_path / "nothing", "effusion"), "is no trained artifact"),
    ]
    for wanted, said in faults:
        with pytest.raises(InputError, match=said) as caught:
            draw(wanted, lake, None, print)
        assert isinstance(caught.value, ChartloomError)
