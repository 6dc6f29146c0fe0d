"""What `after` of a decision says, read with care: it is JSON of whoever wrote it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

INDICATORS = ("Y", "N", "U", "W", "1")  # present on admission: yes, no, unknown, undetermined, exempt
Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """A code of the list that somebody finished. `rank` from 1 among those of its kind."""

    system: str
    code: str
    rank: int | None = None
    poa: str | None = None
    principal: bool = False
    admitting: bool = False


def said(text: str | None) -> Any:
    """A text that is no JSON stands for itself."""
    try:
        return json.loads(text) if text else {}
    except (json.JSONDecodeError, RecursionError):
        return text


def order(after: Any) -> list[str]:
    """Codes in their order, where an act says them so."""
    found = after.get("codes") if isinstance(after, dict) else after
    return [code for code in found if isinstance(code, str)] if isinstance(found, list) else []


def listed(after: Any) -> list[Listed] | None:
    """The codes that an encounter has, as whoever finished it saw them; None where the act does not say."""
    found = after.get("codes") if isinstance(after, dict) else None
    if not isinstance(found, list):
        return None
    return [_listed(each) for each in found if _names(each)]


def _names(each: Any) -> bool:
    return isinstance(each, dict) and all(isinstance(each.get(name), str) and each[name] for name in ("system", "code"))


def _listed(each: Said) -> Listed:
    rank, poa = each.get("rank"), each.get("poa")
    return Listed(
        each["system"],
        each["code"],
        rank if isinstance(rank, int) and rank > 0 else None,
        poa if poa in INDICATORS else None,
        each.get("principal") is True,
        each.get("admitting") is True,
    )
