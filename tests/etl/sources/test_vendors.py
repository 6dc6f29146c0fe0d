"""One hospital in the shapes of three vendors: the same facts as in Synthea's but for those that vendors.yaml lists."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from contract.work import Shard, Spooled
from simulate.vendors.reshape import SHAPES, reshape
from tests.etl.sources.facts import Fact, Facts, facts
from tests.etl.sources.real import rejected

Night = Callable[..., tuple[Spooled, list[Shard]]]
CASES: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "cases" / "vendors.yaml").read_text("utf-8"))


@pytest.fixture(scope="session")
def synthea(simulated: Path, night: Night, tmp_path_factory: pytest.TempPathFactory) -> list[Shard]:
    return night(simulated, tmp_path_factory.mktemp("work"), "synthea")[1]


@pytest.fixture(scope="session", params=CASES)
def shaped(
    request: pytest.FixtureRequest, simulated: Path, night: Night, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Spooled, list[Shard]]:
    root = tmp_path_factory.mktemp(request.param)
    reshape(simulated, root / "in", request.param)
    return request.param, *night(root / "in", root / "work", request.param)


def test_every_shape_is_listed() -> None:
    assert set(CASES) == set(SHAPES)


def test_the_same_facts(shaped: tuple[str, Spooled, list[Shard]], synthea: list[Shard]) -> None:
    shape, _, shards = shaped
    zone = CASES[shape]["zone"]
    expected, found = _as_held(facts(synthea, zone), CASES[shape]), facts(shards, zone)
    for kind, there in expected.items():
        lost, new = there - found[kind], found[kind] - there
        assert (lost.total(), new.total()) == (0, 0), f"{kind}: lost {list(lost)[:3]}, new {list(new)[:3]}"
    assert expected["Note"].total() > 50 and expected["Observation"].total() > 2_000


def test_nothing_of_a_good_extract_is_set_aside(shaped: tuple[str, Spooled, list[Shard]]) -> None:
    _, spooled, shards = shaped
    assert spooled.quarantine.num_rows == 0
    assert list(rejected(shards)) == []


def test_types_that_a_shape_lacks(shaped: tuple[str, Spooled, list[Shard]], synthea: list[Shard]) -> None:
    shape, _, shards = shaped
    assert _types(synthea) - _types(shards) == set(CASES[shape]["absent"])


def _types(shards: list[Shard]) -> set[str]:
    return {name.rsplit("/", 1)[1] for shard in shards for name in shard if name.startswith("phi/fhir/")}


def _as_held(said: Facts, case: dict[str, Any]) -> Facts:
    """Facts as the shape can hold them: of some the local day alone, of some no seconds."""

    def told(kind: str, fact: Fact) -> Fact:
        if kind in case["days"] or fact[1] in case["days"]:
            return tuple(_day(each, case["zone"]) for each in fact)
        return (
            tuple(f"{each[:17]}00Z" if _is_moment(each) else each for each in fact) if kind in case["minutes"] else fact
        )

    return {kind: Counter(told(kind, fact) for fact in found.elements()) for kind, found in said.items()}


def _is_moment(said: Any) -> bool:
    return isinstance(said, str) and len(said) == 20 and said[-1] == "Z"


def _day(said: Any, zone: str) -> Any:
    if not _is_moment(said):
        return said
    return datetime.fromisoformat(said.replace("Z", "+00:00")).astimezone(ZoneInfo(zone)).date().isoformat()
