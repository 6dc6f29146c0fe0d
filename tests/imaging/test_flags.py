"""Every flag that a draft can have is said in words, on the page and in the documents."""

from pathlib import Path

import pytest

from imaging import flags, readable, rows
from imaging.drafting import draft
from imaging.heads.coded import ASPECTS

PAGE = Path(__file__).parents[2] / "docs" / "imaging.md"
GIVEN = {
    rows.NO_ARTIFACT, rows.PRIOR_NOT_READ, readable.OTHER_ENCODER, readable.OTHER_WIDTH, readable.NOT_FINITE,
    readable.OTHER_MODALITY, readable.OTHER_BODY_PART, readable.TWO_PATIENTS, readable.NO_IMAGE,
    readable.IMAGE_REPEATED, readable.MANY_IMAGES,
    draft.UNLIKE, draft.NOTHING_KNOWN, draft.NOTHING_SURE, draft.UNREAD, *ASPECTS,
    "doubtful", "contradiction", "no-words", "open", "not-read", "removed",
}  # fmt: skip


def test_every_flag_has_a_meaning() -> None:
    assert set(flags.meanings()) == GIVEN


@pytest.mark.parametrize("kind", sorted(GIVEN))
def test_every_flag_stands_in_the_documents(kind: str) -> None:
    assert f"`{kind}" in PAGE.read_text(encoding="utf-8")


def test_a_flag_is_said_of_its_finding() -> None:
    assert flags.in_words("side:pleural_thickening") == "pleural thickening: on which side is not sure"
    assert flags.in_words("removed:side:mass").endswith("(side mass)")
    assert flags.in_words("another's:{name}") == "another's:{name}"
    assert flags.asks("open:edema") and not flags.asks("side:edema") and not flags.asks("another's")
