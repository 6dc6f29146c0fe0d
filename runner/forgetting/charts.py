"""A person taken out of the coders' page and its inbox, also where no source of the pipeline reads that."""

from collections.abc import Iterator
from contextlib import contextmanager

from contract.work import Leaving, Purged
from etl.decisions.source import Decisions
from runner.config import Config
from runner.forgetting.person import Person
from runner.plan import Plan


@contextmanager
def leaving(config: Config, plan: Plan, person: Person) -> Iterator[int]:
    """How many charts went. While it lasts no decision comes into the inboxes."""
    from review.handover import forgotten
    from runner import coders

    settings = coders.settings(config)
    with forgotten.leaving(settings, person.subjects) as many:
        if not _read(config, plan):
            _purge(config, person)
        yield many


def leave(config: Config, person: Person) -> int:
    """Once the night is published: a page that runs may have brought charts of the one before back."""
    from review.handover import forgotten
    from runner import coders

    return forgotten.erase(coders.settings(config), person.subjects)


def count(config: Config, person: Person) -> int:
    """What would go. Raises where the page's database does not answer: then nobody is forgotten by halves."""
    from review.handover import forgotten
    from runner import coders

    return forgotten.counted(coders.settings(config), person.subjects)


def _read(config: Config, plan: Plan) -> bool:
    """Whether a source of the pipeline reads the page's inbox, and so purges it."""
    from runner import coders

    inbox = coders.settings(config).inbox.resolve()
    found = (source for source in plan.sources.values() if isinstance(source, Decisions))
    return any(inbox.is_relative_to((config.root / source.path).resolve()) for source in found)


def _purge(config: Config, person: Person) -> list[Purged]:
    from runner import coders

    inbox = coders.settings(config).inbox
    return Decisions(str(inbox)).forget(inbox, Leaving(frozenset(map(str, person.subjects))))
