"""The systems by name: five of the literature (Borjali 2021), and ours."""

from collections.abc import Callable, Mapping

from contract.errors import ConfigError
from nlp.adverse.events.event import Event
from nlp.adverse.events.note import System
from nlp.adverse.events.systems.networks import Networked
from nlp.adverse.events.systems.vectors import Vectors
from nlp.adverse.events.systems.windowed import Windowed

SYSTEMS: Mapping[str, Callable[[Event, int], System]] = {
    "knn": lambda event, seed: Vectors(event, "knn", seed),
    "forest": lambda event, seed: Vectors(event, "forest", seed),
    "svm": lambda event, seed: Vectors(event, "svm", seed),
    "cnn": lambda event, seed: Networked(event, "cnn", seed),
    "bilstm": lambda event, seed: Networked(event, "bilstm", seed),
    "ours": lambda event, seed: Windowed(event, seed),
}


def make(name: str, event: Event, seed: int = 1) -> System:
    if name not in SYSTEMS:
        raise ConfigError(f"no system {name!r} of events; expected {', '.join(SYSTEMS)}.")
    return SYSTEMS[name](event, seed)
