"""The miner and the events that are shipped load, and find harm in sentences that nobody trained on."""

import pyarrow as pa

from nlp.adverse.artifact import SHIPPED
from nlp.adverse.mining.miner import TrainedMiner
from nlp.adverse.stage import FindAdverse
from schemas.clinical import OPEN_NOTES

SAID = (
    "Follow-up by phone. He developed urticaria after starting azathioprine, which was stopped. No vomiting. "
    "Slipped on ice last night, fell and bruised a hip."
)


def test_the_miner_relates_drug_and_effect() -> None:
    miner = TrainedMiner.load(SHIPPED)
    (mined,) = miner.mine([SAID])
    pairs = {(SAID[r.drug.start : r.drug.end], SAID[r.effect.start : r.effect.end]) for r in mined.relations}
    assert any(drug == "azathioprine" and "urticaria" in effect for drug, effect in pairs)
    assert not any("vomiting" in effect for _, effect in pairs) and tuple(miner.languages) == ("en",)


def test_the_step_finds_episode_and_named_event() -> None:
    row = {"note_id": "n", "subject_id": 1, "kind": "phone", "language": "en", "text": SAID}
    stage = FindAdverse()
    stage.open()
    made = stage.run({"notes": OPEN_NOTES.conform(pa.Table.from_pylist([row]))})
    kinds = {(row["kind"], row["assertion"]) for row in made["findings"].to_pylist()}
    assert {("adverse_event", "present"), ("fall", "present")} <= kinds
