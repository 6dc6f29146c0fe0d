"""What every page is made from, opened once in each process."""

from dataclasses import dataclass

from jinja2 import Environment

from review.charts.desk import Desk
from review.coding.finder import Finder
from review.settings import Settings
from review.state.database import Database


@dataclass(frozen=True)
class House:
    """`finder.tables`: code tables by chart."""

    settings: Settings
    database: Database
    desk: Desk
    finder: Finder
    templates: Environment
