"""One small miner for all tests of the room: the light kind, taught in a second or two."""

from dataclasses import replace
from pathlib import Path

import pytest

from nlp.adverse.mining.crossing import Learning
from nlp.adverse.mining.field import FieldPlan
from nlp.adverse.mining.miner import TrainedMiner
from nlp.adverse.mining.train import Training, train
from nlp.adverse.mining.trees import TreePlan
from tests.nlp.adverse.mining.made_up import sentences, write

QUICK = Learning(
    parts=2, marked=FieldPlan(rounds=25), whole=FieldPlan(rounds=25), weigher=FieldPlan(rounds=25),
    trees=replace(TreePlan(), rounds=15, least=5), most_false=100.0,
)  # fmt: skip
LIGHT = Training("crf", learning=QUICK, source="made up", licence="none", phi=False)


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mining")
    train(write(folder / "data", sentences(150)), folder / "miner", LIGHT)
    return folder / "miner"


@pytest.fixture(scope="session")
def miner(artifact: Path) -> TrainedMiner:
    return TrainedMiner.load(artifact)
