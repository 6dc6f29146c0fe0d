"""A drafted mapping as files: YAML that loads, with what was guessed and doubted as comments beside it."""

from datetime import date
from pathlib import Path
from typing import Any

import yaml

from contract.errors import InputError
from etl.sniff.draft import YEARS, Draft, Drafts
from etl.sniff.look import FILE

WIDTH = 110


def write(drafts: Drafts, out: Path) -> list[Path]:
    """source.yaml and a file for each table, into a new or empty folder."""
    if out.exists() and any(out.iterdir()):
        raise InputError(
            f"{out}: the folder is not empty, and a mapping of yours may lie there. Say a new one with --out."
        )
    out.mkdir(parents=True, exist_ok=True)
    files = [out / "source.yaml", *(out / f"{draft.table.name}.yaml" for draft in drafts.tables)]
    for file, text in zip(files, [_source(drafts), *map(page, drafts.tables)], strict=True):
        file.write_text(text, encoding="utf-8")
    return files


def _source(drafts: Drafts) -> str:
    years, doubts = [YEARS[0], drafts.last], list(drafts.doubts)
    if any("%y" in kind for draft in drafts.tables for kind in draft.columns.values()):
        years = [date.today().year - 99, date.today().year]
        doubts.append("`years`: of years of two digits; those of the last hundred are taken to be meant")
    said = {
        "about": f"{drafts.name}, a first mapping by chartloom sniff.",
        "years": years,
        "zone": "UTC",
        "systems": drafts.systems,
        "maps": {name: dict(entries) for name, entries in drafts.maps.items()},
    }
    doubts = ["`zone`: of times that name none; UTC is a guess", "`systems`: write your own URLs", *doubts]
    return _comments("doubt", doubts) + _yaml(said)


def page(draft: Draft) -> str:
    """One table's file."""
    table, found = draft.table, draft.table.found
    rows = f"{found.rows.num_rows:,} rows" + ("" if found.whole else " looked at")
    kind = f"guess: {table.kind} ({table.sure:.0%})" if table.kind else "guess: none"
    head: dict[str, Any] = {"about": f"{table.name}: {rows}, {found.files} file(s)."}
    head["file"] = found.pattern
    if found.format:
        head["format"] = found.format
    empty = sorted({word for held in table.profiles.values() for word in held.empty})
    if found.from_path:
        head["from_path"] = {FILE: found.from_path}
    if empty:
        head["empty"] = empty
    for part in ("person", "people"):
        if part in draft.said:
            head[part] = draft.said[part]
    tail: dict[str, Any] = {part: draft.said[part] for part in ("joins", "let", "resources") if part in draft.said}
    return (
        _comments("", [kind])
        + _comments("doubt", draft.doubts)
        + _yaml(head)
        + _columns(draft)
        + (_yaml(tail) if tail else "")
    )


def _columns(draft: Draft) -> str:
    """One a line, with what its cells look like."""
    lines = [(_key(column), _key(kind), draft.notes[column]) for column, kind in draft.columns.items()]
    return "columns:\n" + "".join(f"  {f'{name}: {kind}':<40} # {note}\n" for name, kind, note in lines)


def _key(text: str) -> str:
    return yaml.safe_dump(text, default_flow_style=True, width=1000, allow_unicode=True).removesuffix("...\n").strip()


def _comments(label: str, texts: list[str]) -> str:
    return "".join(f"# {label + ': ' if label else ''}{text}\n" for text in dict.fromkeys(texts))


def _yaml(said: dict[str, Any]) -> str:
    return yaml.safe_dump(said, sort_keys=False, width=WIDTH, allow_unicode=True).replace("'on':", "on:")
