"""Each system of the literature: learns twenty charts by heart, says where, and is the same when loaded again."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contract.errors import ConfigError, InputError
from models.caml import CamlConfig
from models.cbow import CbowConfig
from models.document_cnn import CnnConfig
from models.ha_gru import HaGruConfig
from models.segment_transformer import SegmentConfig
from models.train import Schedule
from nlp.icd.chart import HIDDEN, REVIEW, Chart, Note, Suggestion
from nlp.icd.literature.beginnings import Beginning
from nlp.icd.literature.systems import LITERATURE, load, train
from nlp.icd.systems import load as read_again
from nlp.icd.systems import make
from tests.nlp.icd.literature.charts import SAID, tiny

QUICK = Schedule(epochs=30, rate=2e-2, average=0.8, patience=30)
BEGIN = Beginning(least=1)
OPTIONS: dict[str, dict[str, Any]] = {
    "svm": {"least": 1},
    "cbow": {"network": CbowConfig(size=24), "schedule": replace(QUICK, rate=8e-2), "beginning": BEGIN},
    "cnn": {"network": CnnConfig(size=24, filters=16), "schedule": QUICK, "beginning": BEGIN},
    "ha_gru": {"network": HaGruConfig(size=24, hidden=16, attention=16), "schedule": QUICK, "beginning": BEGIN},
    "caml": {"network": CamlConfig(size=24, filters=16, kernel=3), "schedule": QUICK, "beginning": BEGIN},
    "dr_caml": {
        "network": CamlConfig(size=24, filters=16, kernel=3, described=0.1),
        "schedule": QUICK,
        "beginning": BEGIN,
    },
    "plm": {"network": SegmentConfig(segment=32), "schedule": replace(QUICK, rate=3e-3, epochs=15)},
}


@cache
def fitted(name: str) -> Any:
    system = LITERATURE[name](**OPTIONS[name])
    system.fit(tiny())
    return system


def test_every_system_is_tested() -> None:
    assert set(OPTIONS) == set(LITERATURE)


@pytest.mark.parametrize("name", OPTIONS)
def test_learns_by_heart(name: str) -> None:
    charts = tiny()
    right = 0
    for chart, said in zip(charts, fitted(name).suggest(charts), strict=True):
        right += {one.code for one in said[: len(chart.gold)]} == set(chart.gold)
        assert all(0 <= one.score <= 1 for one in said)
        assert [one.score for one in said] == sorted((one.score for one in said), reverse=True)
    assert right >= 16, "of 20, of which two or three were held out"


@pytest.mark.parametrize("name", OPTIONS)
def test_the_threshold_parts_yes_from_no(name: str) -> None:
    system, charts = fitted(name), tiny()
    yes = [{one.code for one in said if one.score >= system.threshold} for said in system.suggest(charts)]
    right = sum(len(said & set(chart.gold)) for said, chart in zip(yes, charts, strict=True))
    assert 2 * right / (sum(map(len, yes)) + sum(len(chart.gold) for chart in charts)) > 0.6


@pytest.mark.parametrize("name", OPTIONS)
def test_evidence_lies_in_its_note(name: str) -> None:
    charts = tiny()
    for chart, said in zip(charts, fitted(name).suggest(charts), strict=True):
        texts = {note.note_id: note.text for note in chart.notes}
        assert any(one.evidence for one in said)
        for span in (span for one in said for span in one.evidence):
            assert 0 <= span.start < span.end <= len(texts[span.note_id])
            assert 0 < span.weight <= 1


@pytest.mark.parametrize("name", OPTIONS)
def test_evidence_of_the_right_note_and_words(name: str) -> None:
    charts = tiny()
    found = [
        any(SAID[one.code] in texts[span.note_id][span.start : span.end].lower() for span in one.evidence)
        for chart, said in zip(charts, fitted(name).suggest(charts), strict=True)
        for texts in ({note.note_id: note.text for note in chart.notes},)
        for one in said
        if one.code in chart.gold
    ]
    assert np.mean(found) > 0.75


@pytest.mark.parametrize("name", OPTIONS)
def test_saved_and_loaded_says_the_same(name: str, tmp_path: Path) -> None:
    system = fitted(name)
    system.save(tmp_path)
    again = load(tmp_path)
    assert again.threshold == system.threshold
    assert shown(again.suggest(tiny())) == shown(system.suggest(tiny()))


@pytest.mark.parametrize("name", ["svm", "ha_gru", "caml"])
def test_the_same_seed_learns_the_same(name: str) -> None:
    system = LITERATURE[name](**OPTIONS[name])
    system.fit(tiny())
    assert shown(system.suggest(tiny())) == shown(fitted(name).suggest(tiny()))


@pytest.mark.parametrize("name", OPTIONS)
def test_odd_charts_get_an_answer(name: str) -> None:
    odd = [
        Chart("none", ()),
        Chart("empty", (Note("e", ""),)),
        Chart("numbers", (Note("n", "12 345 ..."),)),
        Chart("mixed", (Note("a", ""), Note("b", "Tos."))),
        Chart("long", (Note("l", "tos y fiebre. " * 3000),)),
    ]
    assert [len(said) for said in fitted(name).suggest(odd)] == [len(SAID)] * 5
    assert fitted(name).suggest([]) == []


def test_too_little_to_learn_from_is_refused() -> None:
    with pytest.raises(InputError, match="1 of 2 charts"):
        LITERATURE["svm"]().fit([*tiny(1), Chart("x", (Note("x", "nada"),))])
    with pytest.raises(InputError, match="1 of 3 charts"):
        LITERATURE["caml"]().fit([*tiny(1), *(Chart(f"{at}", (Note("n", "12"),), {"R05": ()}) for at in range(2))])
    with pytest.raises(InputError, match="learned nothing"):
        LITERATURE["svm"]().suggest(tiny(1))


def test_charts_of_unlike_words_are_learned() -> None:
    charts = [Chart(word, (Note(word, word),), {code: ()}) for code, word in SAID.items()]
    for name in ("svm", "cbow"):
        system = LITERATURE[name]()
        system.fit(charts)
        assert len(system.suggest(charts)[0]) == len(SAID)


def test_trained_by_name(tmp_path: Path) -> None:
    system = train("svm", tiny(), tmp_path)
    assert "svm" in (tmp_path / "card.md").read_text(encoding="utf-8")
    assert shown(load(tmp_path).suggest(tiny())) == shown(system.suggest(tiny()))
    with pytest.raises(ConfigError, match="svm"):
        train("camel", tiny(), tmp_path)
    (tmp_path / "config.json").write_text('{"kind": "stacked", "system": {"name": "x"}}', encoding="utf-8")
    with pytest.raises(InputError, match="caml"):
        load(tmp_path)
    with pytest.raises(InputError, match=r"config\.json"):
        load(tmp_path / "nothing")


def shown(said: Sequence[Sequence[Suggestion]]) -> list[list[tuple[str, float, int]]]:
    return [[(one.code, round(one.score, 5), len(one.evidence)) for one in chart] for chart in said]


@pytest.mark.parametrize("name", LITERATURE)
def test_made_for_the_training_command(name: str) -> None:
    made = make(name, "ICD-10-CM", 7)
    assert (made.name, made.seed) == (name, 7)  # type: ignore[attr-defined]


def test_read_again_by_the_stage(tmp_path: Path) -> None:
    fitted("caml").save(tmp_path)
    (said,) = read_again("caml", tmp_path).suggest(tiny(1))
    assert said[0].band == REVIEW and said[-1].band == HIDDEN
