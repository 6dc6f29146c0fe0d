"""What every page is made from, opened once in each process."""

from dataclasses import dataclass
from typing import Any

from jinja2 import Environment

from review.charts.desk import Desk
from review.settings import Settings
from review.state.database import Database


@dataclass(frozen=True)
class House:
    """`finder`: search over codes."""

    settings: Settings
    database: Database
    desk: Desk
    finder: Any
    templates: Environment
