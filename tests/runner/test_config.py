"""pipelines.yaml: what is wrong with it is named, with the right names beside it."""

from pathlib import Path

import pytest

from contract.errors import ConfigError
from runner.config import load

SOURCE = "sources: {s: {uses: 'etl.sources.fhir:Fhir', with: {path: inbox}}}"


def written(folder: Path, text: str) -> Path:
    path = folder / "pipelines.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_pipeline_and_its_defaults(tmp_path: Path) -> None:
    config = load(written(tmp_path, f"lake: data/lake\nidentity_seed: 7\nnightly:\n  {SOURCE}\n  max_loss: 0.2"))
    nightly = config.pipeline("nightly")
    assert config.lake == tmp_path / "data" / "lake" and config.root == tmp_path and config.identity_seed == 7
    assert (nightly.max_loss, nightly.engine.kind, nightly.engine.workers) == (0.2, "pool", "auto")
    assert nightly.sources["s"].make().path == "inbox" and not nightly.steps


WRONG = {
    "no pipeline": ("lake: lake", "names no pipeline. Expected one such as `nightly:`"),
    "a list": ("- nightly", "holds no mapping"),
    "no YAML": ("nightly: {", "is not YAML"),
    "pipeline is a word": ("nightly: often", "nightly: expected a mapping .* found str"),
    "unknown part": ("nightly: {step: {}}", "unknown name 'step'; did you mean 'steps'?"),
    "unknown engine part": ("nightly: {engine: {worker: 2}}", "unknown name 'worker'; did you mean 'workers'?"),
    "engine is a word": ("nightly: {engine: pool}", "nightly.engine: expected a mapping .*kind"),
    "no batch": ("nightly: {engine: {batch_mb: 0}}", "nightly.engine.batch_mb is 0; expected a number above 0"),
    "workers in words": ("nightly: {engine: {workers: many}}", "workers is 'many'; expected auto or a number from 1"),
    "kind of engine": ("nightly: {engine: {kind: ray}}", "engine.kind is 'ray'; expected serial or pool"),
    "empty shards": ("nightly: {shard_subjects: 0}", "nightly.shard_subjects is 0; expected"),
    "loss in percent": ("nightly: {max_loss: 10}", "nightly.max_loss is 10; expected a share from 0 to 1"),
    "steps are a list": ("nightly: {steps: [deid]}", "nightly.steps: expected a mapping"),
    "step without uses": ("nightly: {steps: {deid: {with: {}}}}", r"nightly.steps.deid: expected \{uses: module:Class"),
    "step with more": ("nightly: {steps: {deid: {uses: 'a:B', using: 1}}}", "unknown name 'using'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(name: str, tmp_path: Path) -> None:
    text, message = WRONG[name]
    with pytest.raises(ConfigError, match=message):
        load(written(tmp_path, text))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"is not there\. `chartloom demo` writes a first one"):
        load(tmp_path / "pipelines.yaml")


def test_a_pipeline_that_is_not_there(tmp_path: Path) -> None:
    config = load(written(tmp_path, f"nightly: {{{SOURCE}}}"))
    with pytest.raises(ConfigError, match="no pipeline 'nightli'; did you mean 'nightly'"):
        config.pipeline("nightli")


MAKES = {
    "etl.timeline.stage:BuildTimeLine": "uses 'etl.timeline.stage:BuildTimeLine' cannot be found",
    "etl.nothing:Stage": "cannot be found .*Expected module:Class",
    "etl.notes": "cannot be found",
    "runner.log:Log": "is not a dataclass",
}


@pytest.mark.parametrize("uses", MAKES)
def test_work_that_cannot_be_found(uses: str, tmp_path: Path) -> None:
    config = load(written(tmp_path, f"nightly: {{steps: {{s: {{uses: '{uses}'}}}}}}"))
    with pytest.raises(ConfigError, match=MAKES[uses]):
        config.pipeline("nightly").steps["s"].make()


def test_parameters_are_the_fields_of_the_class(tmp_path: Path) -> None:
    said = "{t: {uses: 'etl.sources.tables:Tables', with: {maping: synthea}}}"
    config = load(written(tmp_path, f"nightly: {{sources: {said}}}"))
    with pytest.raises(ConfigError, match=r"no parameter 'maping'; did you mean 'mapping'.*delivery, mapping, path"):
        config.pipeline("nightly").sources["t"].make()
    config = load(written(tmp_path, "nightly: {sources: {t: {uses: 'etl.sources.tables:Tables', with: {path: x}}}}"))
    with pytest.raises(ConfigError, match=r"mapping.*Its parameters: mapping, path"):
        config.pipeline("nightly").sources["t"].make()
