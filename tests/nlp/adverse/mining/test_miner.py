"""The miner reads whole notes, long sentences, tables and nothing; it is the same when loaded again."""

import json
from pathlib import Path

import pytest

from contract.errors import ConfigError, InputError
from nlp.adverse.mention import DRUG, EFFECT, Miner
from nlp.adverse.mining.miner import TrainedMiner
from nlp.adverse.mining.train import Training, train
from tests.nlp.adverse.mining.conftest import LIGHT
from tests.nlp.adverse.mining.made_up import sentences, write

NOTE = "The patient was a man of 54 years. He slept.\nA patient developed blue rash after tulipril. He went home."


def found(miner: TrainedMiner, text: str) -> list[tuple[str, str]]:
    (mined,) = miner.mine([text])
    return [(text[r.drug.start : r.drug.end], text[r.effect.start : r.effect.end]) for r in mined.relations]


def test_relations_stand_where_the_note_says_them(miner: TrainedMiner) -> None:
    assert found(miner, NOTE) == [("tulipril", "blue rash")]
    (mined,) = miner.mine([NOTE])
    assert all(relation.drug in mined.mentions and relation.effect in mined.mentions for relation in mined.relations)
    assert {mention.label for mention in mined.mentions} == {DRUG, EFFECT}
    assert all(0 <= mention.score <= 1 for mention in mined.mentions)


def test_it_is_a_miner(miner: TrainedMiner) -> None:
    checked: Miner = miner
    assert (checked.name.split("-")[0], list(checked.languages)) == ("miner", ["en"])


@pytest.mark.parametrize("text", ["", " \n\n", "....", "| a | b |\n| 1 | 2 |", "发热", "\x00", "a" * 5000])
def test_odd_texts_give_nothing(miner: TrainedMiner, text: str) -> None:
    assert found(miner, text) == []


def test_a_sentence_of_5000_words_is_read_in_pieces(miner: TrainedMiner) -> None:
    text = "and so on " * 850 + "a patient developed blue rash after tulipril " + "and so on " * 850
    (mined,) = miner.mine([text])
    assert ("tulipril", DRUG) in [(text[m.start : m.end], m.label) for m in mined.mentions]
    assert len({(m.start, m.end, m.label) for m in mined.mentions}) == len(mined.mentions)


def test_notes_do_not_change_each_other(miner: TrainedMiner) -> None:
    other = "hiccups was caused by rimulol in a man."
    assert miner.mine([NOTE, other]) == [*miner.mine([NOTE]), *miner.mine([other])]
    assert miner.mine([]) == []


def test_saved_is_loaded_and_a_changed_file_is_refused(artifact: Path) -> None:
    said = json.loads((artifact / "config.json").read_text())
    assert (said["kind"], said["languages"], said["phi"]) == ("adverse_mining", ["en"], False)
    changed = artifact / "trees.xz"
    kept = changed.read_bytes()
    try:
        changed.write_bytes(kept + b"x")
        with pytest.raises(InputError, match="digest"):
            TrainedMiner.load(artifact)
    finally:
        changed.write_bytes(kept)


def test_training_twice_gives_the_same_artifact(artifact: Path, tmp_path: Path) -> None:
    trained = train(write(tmp_path / "data", sentences(150)), tmp_path / "again", LIGHT)
    assert trained.digest == (artifact / "digest").read_text().strip()


def test_marks_of_a_site_teach_relations_across_sentences(tmp_path: Path) -> None:
    lines = []
    for at, each in enumerate(sentences(90, seed=3)):
        head = f"{each.text} "
        spans = [{"start": s, "end": e, "label": label} for s, e, label in each.spans]
        if each.relations:
            start = len(head) + len("He then had ")
            spans.append({"start": start, "end": start + 7, "label": "EFFECT"})
        relations = [[0, 1], [0, 2]] if each.relations else []
        text = head + ("He then had hiccups too." if each.relations else "He went home.")
        lines.append(json.dumps({"note_id": str(at), "text": text, "spans": spans, "relations": relations}))
    (tmp_path / "marks.jsonl").write_text("\n".join(lines))
    train(tmp_path, tmp_path / "out", LIGHT)
    miner = TrainedMiner.load(tmp_path / "out")
    text = "blue rash was caused by tulipril in a man. He then had hiccups too."
    assert ("tulipril", "hiccups") in found(miner, text)


def test_wrong_settings_and_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected one of bilstm_crf"):
        Training("lstm")
    with pytest.raises(InputError, match=r"neither DRUG-AE\.rel"):
        train(tmp_path, tmp_path / "out", LIGHT)
    (tmp_path / "marks.jsonl").write_text('{"text":"ab","spans":[{"start":0,"end":1,"label":"FOOD"}]}')
    with pytest.raises(InputError, match="FOOD"):
        train(tmp_path, tmp_path / "out", LIGHT)
