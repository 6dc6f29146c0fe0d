"""A gate to send rows through."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import pyarrow as pa
import pytest

from nlp.deid.policy.policy import load
from nlp.deid.policy.release import Release
from tests.nlp.deid.policy.persons import SECRETS, Drawn, read, rows

policies = cache(load)


@pytest.fixture
def release() -> Callable[..., Release]:
    def make(policy: str = "research", shard: dict[str, pa.Table] | None = None, **said: Any) -> Release:
        made = Release(policies(policy), SECRETS, Drawn, b"k" * 16, read, **said)
        made.withheld(shard or {})
        return made

    return make


@pytest.fixture
def opened(release: Callable[..., Release]) -> Callable[..., list[dict[str, Any]]]:
    """The open rows of one table, with other tables of the shard beside it."""

    def pass_through(name: str, said: Sequence[dict[str, Any]], policy: str = "research", **more: Any) -> Any:
        shard = {f"phi/fhir/{kind}": rows(kind, held) for kind, held in more.pop("beside", {}).items()}
        full = f"phi/{name}" if name[0].islower() else f"phi/fhir/{name}"
        shard[full] = rows(name, said)
        gate = release(policy, shard, **more)
        return gate.table(full, shard[full]).to_pylist()

    return pass_through
