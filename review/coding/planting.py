"""One wrong suggestion on some charts, to measure who accepts what is suggested. Off unless a site wants it."""

from sqlalchemy import Connection

from review.charts.chart import Chart, Suggestion
from review.coding.tables import Tables
from review.settings import Settings


def planted(
    _connection: Connection, _key: bytes, _settings: Settings, _tables: Tables, _chart: Chart
) -> tuple[Suggestion, ...]:
    return ()
