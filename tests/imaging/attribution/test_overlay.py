"""Where the input lies in the image, and the picture of the map over it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imaging.attribution.overlay import LEGEND, overlay
from imaging.attribution.placing import Box, placed
from models.vision import Encoder, open_encoder
from tests.checkpoints import resnet, vit

BLACK = Image.new("L", (400, 300))


@pytest.fixture(scope="module")
def cropping(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """64 x 64 pixels from the middle of an image whose shorter side became 64."""
    return open_encoder(resnet(tmp_path_factory.mktemp("checkpoints") / "tiny"))


def ends(box: Box) -> list[float]:
    return [box.left, box.top, box.right, box.bottom]


def test_a_crop_is_found_again(cropping: Encoder) -> None:
    assert np.allclose(ends(placed(cropping, (400, 300))), [50, 0, 350, 300], atol=4)
    assert np.allclose(ends(placed(cropping, (300, 900))), [0, 300, 300, 600], atol=8)


def test_a_squeezed_image_is_seen_whole(tmp_path: Path) -> None:
    assert np.allclose(ends(placed(open_encoder(vit(tmp_path / "vit")), (400, 300))), [0, 0, 400, 300], atol=6)


def test_heat_lies_where_it_came_from_and_nowhere_else() -> None:
    heat = np.zeros((64, 64), np.float32)
    heat[:32, :32] = 1
    page = overlay(BLACK, heat, Box(50, 0, 350, 300), ["Grad-CAM towards effusion, tiny@0"])
    assert page.width == 400 + LEGEND and page.height > 300
    film = np.asarray(page)[:300, :400].astype(int)
    assert film[75, 125].sum() > 250, "the middle of the hot quarter"
    for row, column in ((75, 20), (75, 300), (250, 125), (250, 380)):
        assert not film[row, column].any(), "an image without heat is as it was"


def test_the_legend_goes_from_yellow_to_blue() -> None:
    page = np.asarray(overlay(BLACK, np.zeros((8, 8), np.float32), Box(0, 0, 400, 300), ["none"])).astype(int)
    most, least = page[14, 400 + 20], page[285, 400 + 20]
    assert most[0] > 200 and most[2] < 120 and least[2] > least[0]


def test_large_films_become_smaller_and_words_do_not_run_out() -> None:
    film = Image.new("L", (1500, 1000))
    page = overlay(film, np.ones((8, 8), np.float32), Box(0, 0, 1500, 1000), ["word " * 80])
    assert page.width == 1024 + LEGEND and page.height > 683 + 60
