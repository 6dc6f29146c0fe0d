"""A coder's folder: whole or not at all, and as it was saved."""

from pathlib import Path

import pytest

from contract.errors import ConfigError, InputError
from nlp.icd import artifact, systems
from nlp.icd.artifact import Said
from nlp.icd.chart import Chart, Note
from tests.nlp.icd.conftest import WHERE
from tests.nlp.icd.stand_in import StandIn


def test_what_was_saved_is_loaded(coder: Path) -> None:
    found = artifact.load(coder)
    assert set(found.parts) == {"ICD-10-CM", "ICD-10-PCS"} and found.languages == ("es", "en") and not found.phi
    assert found.name == f"coder-{artifact.digest(coder)[:12]}"


@pytest.mark.parametrize("place", ["diagnoses/words.json", "config.json", "procedures/more.json"])
def test_a_changed_file_is_found(coder: Path, place: str) -> None:
    with (coder / place).open("a") as file:
        file.write(" ")
    with pytest.raises(InputError, match="another digest"):
        artifact.load(coder)


def test_the_card_may_be_changed(coder: Path) -> None:
    (coder / "card.md").write_text("# Validated here in May.\n")
    artifact.load(coder)


def test_a_training_that_fails_leaves_the_old_artifact(coder: Path) -> None:
    before = artifact.digest(coder)
    with pytest.raises(ZeroDivisionError), artifact.writing(coder) as folder:
        StandIn().save(folder / "diagnoses")
        raise ZeroDivisionError
    assert artifact.digest(coder) == before and artifact.load(coder)
    assert sorted(path.name for path in coder.parent.iterdir()) == ["coder"]


def test_another_training_takes_its_place(coder: Path) -> None:
    with artifact.writing(coder) as folder:
        StandIn().save(folder / "diagnoses")
        artifact.finish(folder, Said({"diagnoses": {"code_system": "ICD-10-CM", "system": WHERE}}, ("en",)), "")
    assert set(artifact.load(coder).parts) == {"ICD-10-CM"} and coder.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in coder.parent.iterdir()) == ["coder"]


def test_a_folder_of_other_things_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear")
    with pytest.raises(InputError, match="holds no artifact"), artifact.writing(tmp_path):
        pass
    assert (tmp_path / "letter.txt").exists()


@pytest.mark.parametrize("name", ["nothing", "tests.nlp.icd.stand_in:Nobody", "no.such.module:Class", ":", ""])
def test_systems_that_are_not_there(name: str) -> None:
    with pytest.raises(ConfigError, match="no coding system is called"):
        systems.require(name)


def test_a_system_that_knows_yes_and_no_only_has_two_bands() -> None:
    inner = StandIn(words={"gout": "M10.9", "asthma": "J45.909"}, threshold=0.6)
    chart = Chart("e", (Note("n", "gout gout and asthma"),))
    (said,) = systems.Banded(inner, "svm", inner.threshold).suggest([chart])
    assert [(each.code, each.band) for each in said] == [("M10.9", "review"), ("J45.909", "hidden")]
