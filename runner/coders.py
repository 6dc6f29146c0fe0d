"""Settings of the coders' page out of pipelines.yaml: its section `review`, and the inbox that the night reads."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_type_hints

from contract.errors import ConfigError
from nlp.icd.catalogue.editions import countries
from review.settings import Settings
from runner.config import Config, fits, refuse_unknown, said_of

DECISIONS = "etl.decisions.source:Decisions"
INBOX = "inbox/decisions"
GIVEN = ("lake",)  # it stands at the head of the file
SHARES = ("second_review", "second_review_blind", "planted")
DURATIONS = ("lock_minutes", "idle_minutes", "session_hours")


def settings(config: Config, over: Mapping[str, Any] | None = None) -> Settings:
    """`over`: what the command line says; nothing in it is None."""
    known = [field.name for field in dataclasses.fields(Settings) if field.name not in GIVEN]
    refuse_unknown("review", config.review, known)
    kinds = get_type_hints(Settings)
    for name, value in config.review.items():
        if not fits(value, kinds[name]):
            raise ConfigError(f"review.{name} is {value!r}; expected {said_of(kinds[name])}.")
    said = {name: _placed(config, value, kinds[name]) for name, value in config.review.items()}
    return _sensible(Settings(**{"lake": config.lake, "inbox": inbox(config), **said, **(over or {})}))


def without_config(lake: Path, over: Mapping[str, Any] | None = None) -> Settings:
    """Of a lake alone: its inbox lies beside it, as in the pipelines.yaml that comes with the program."""
    lake = lake.resolve()
    return _sensible(Settings(**{"lake": lake, "inbox": lake.parent / INBOX, **(over or {})}))


def inbox(config: Config) -> Path:
    """Where the night looks for decisions; of several pipelines the first that does."""
    for pipeline in config.pipelines.values():
        for entry in pipeline.sources.values():
            if entry.uses == DECISIONS and isinstance(entry.parameters.get("path"), str):
                return config.root / str(entry.parameters["path"])
    return config.root / INBOX


def _placed(config: Config, value: Any, kind: Any) -> Any:
    """Paths are relative to pipelines.yaml, as everywhere in it."""
    paths = kind is Path or kind == Path | None
    return config.root / value if paths and value is not None else value


def _sensible(found: Settings) -> Settings:
    for name in SHARES:
        if not 0 <= getattr(found, name) <= 1:
            raise ConfigError(f"review.{name} is {getattr(found, name)!r}; expected a share of charts from 0 to 1.")
    for name in DURATIONS:
        if not getattr(found, name) > 0:
            raise ConfigError(f"review.{name} is {getattr(found, name)!r}; expected a number above 0.")
    if found.country not in countries():
        raise ConfigError(f"review.country is {found.country!r}; expected one of {', '.join(countries())}.")
    return found
