"""pipelines.yaml: what is wrong with it is named, with the right names beside it."""

from dataclasses import dataclass
from pathlib import Path
from typing import get_type_hints

import pytest

from contract.errors import ConfigError
from runner.config import fits, load, said_of

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
    "no source": ("nightly: {}", "nightly has no source"),
    "sources are empty": ("nightly: {sources: {}}", "nightly has no source"),
    "no offset": (f"offset_weeks: 0\nnightly: {{{SOURCE}}}", "offset_weeks is 0; expected how many weeks"),
    "seed in words": (f"identity_seed: abc\nnightly: {{{SOURCE}}}", "identity_seed is 'abc'; expected a whole number"),
    "lake is a list": (f"lake: [a]\nnightly: {{{SOURCE}}}", r"lake is \['a'\]; expected text"),
    "half a snapshot": ("nightly: {keep_snapshots: 1.5}", "keep_snapshots is 1.5; expected .* a whole number from 1"),
    "half a person": ("nightly: {shard_subjects: 1.5}", "shard_subjects is 1.5; expected .* a whole number from 1"),
    "endless batches": ("nightly: {engine: {batch_mb: .inf}}", "batch_mb is inf; expected a number above 0"),
    "retired in words": (
        f"nightly: {{{SOURCE}, retired: s}}",
        "nightly.retired is 's'; expected a list, each of it text",
    ),
    "retired and alive": (f"nightly: {{{SOURCE}, retired: [s]}}", "nightly.retired: s is a source of the pipeline too"),
    "uses a number": ("nightly: {steps: {a: {uses: 5}}}", r"nightly.steps.a: expected \{uses: module:Class"),
    "with a word": ("nightly: {steps: {a: {uses: 'a:B', with: x}}}", "nightly.steps.a.with: expected a mapping"),
    "name is a number": ("nightly: {steps: {1: {uses: 'a:B'}}}", "a name is 1; expected text"),
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


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read .*expected a YAML file"):
        load(tmp_path)
    (tmp_path / "pipelines.yaml").write_bytes(b"lake: Krankenh\xe4user")
    with pytest.raises(ConfigError, match=r"not UTF-8 \(byte 14\); save it as UTF-8"):
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
    config = load(written(tmp_path, f"nightly: {{{SOURCE}, steps: {{s: {{uses: '{uses}'}}}}}}"))
    with pytest.raises(ConfigError, match=MAKES[uses]):
        config.pipeline("nightly").steps["s"].make()


def test_parameters_are_the_fields_of_the_class(tmp_path: Path) -> None:
    said = "{t: {uses: 'etl.sources.tables:Tables', with: {maping: synthea}}}"
    config = load(written(tmp_path, f"nightly: {{sources: {said}}}"))
    with pytest.raises(
        ConfigError, match=r"no parameter 'maping'; did you mean 'mapping'.*delivery, mapping, maps, path"
    ):
        config.pipeline("nightly").sources["t"].make()
    config = load(written(tmp_path, "nightly: {sources: {t: {uses: 'etl.sources.tables:Tables', with: {path: x}}}}"))
    with pytest.raises(ConfigError, match=r"mapping.*Its parameters: mapping, path"):
        config.pipeline("nightly").sources["t"].make()


MISFITS = {
    "settle_s: soon": "s: settle_s is 'soon'; expected a number",
    "settle_s: .nan": "s: settle_s is nan; expected a number",
    "path: 5": "s: path is 5; expected text",
    "identities: [a]": r"s: identities is \['a'\]; expected text",
    "delivery: weekly": "s: delivery is 'weekly'; expected full or delta",
}


@pytest.mark.parametrize("said", MISFITS)
def test_parameters_are_of_the_annotated_type(said: str, tmp_path: Path) -> None:
    config = load(
        written(tmp_path, f"nightly: {{sources: {{s: {{uses: 'etl.sources.fhir:Fhir', with: {{{said}}}}}}}}}")
    )
    with pytest.raises(ConfigError, match=MISFITS[said]):
        config.pipeline("nightly").sources["s"].make()


def test_annotations_that_a_parameter_may_have() -> None:
    @dataclass
    class Work:
        days: list[int]
        share: float = 0.5
        place: Path | None = None
        loud: bool = False

    kinds = get_type_hints(Work)
    right = {"days": [1, 2], "share": 1, "place": "a/b", "loud": True}
    wrong = {"days": [1, "2"], "share": True, "place": 3, "loud": "yes"}
    assert all(fits(value, kinds[name]) for name, value in right.items())
    assert not any(fits(value, kinds[name]) for name, value in wrong.items())
    assert (
        said_of(kinds["days"]) == "a list, each of it a whole number" and said_of(kinds["place"]) == "a path or nothing"
    )
