"""The data dictionary: what schemas/ declares, as plain values."""

from typing import Any

from contract.table import Table
from schemas.registry import table, tables


def every() -> list[dict[str, Any]]:
    return [{"name": name, "about": said.about, "phi": said.phi} for name, said in tables().items()]


def one(name: str) -> dict[str, Any]:
    said = table(name)
    return {
        "name": said.name,
        "about": said.about,
        "phi": said.phi,
        "version": said.version,
        "key": list(said.key),
        "order": list(said.order),
        "file": said.path("{shard}"),
        "columns": _columns(said),
    }


def _columns(said: Table) -> list[dict[str, Any]]:
    return [{"name": c.name, "type": str(c.type), "about": c.about, "required": c.required} for c in said.columns]
