"""Settings of the coders' page: the section `review` of pipelines.yaml; what stands on the command line wins."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = "phi-coders"  # in the lake, 0700: the database where none is named, and its key


@dataclass(frozen=True)
class Settings:
    """`database`: a SQLAlchemy URL such as postgresql+psycopg://reviewer@db/review; nothing: SQLite in the lake.

    Shares are of charts, drawn with the page's key. Timing and sheets tell of persons at work: off unless a site wants
    them.
    """

    lake: Path
    inbox: Path
    database: str = ""
    tables: Path | None = None  # a site's folder of code tables (nlp/icd/catalogue/shelf.py)
    country: str = "US"
    second_review: float = 0.0  # of finished charts, coded a second time by another coder who does not see the first
    second_review_blind: float = 0.0  # the same of blind charts, where that is more
    planted: float = 0.0  # of charts, shown one wrong suggestion, to measure who accepts it
    timing: bool = False  # seconds of each decision are kept
    sheets: bool = False  # auditors see figures of each coder
    lock_minutes: float = 10.0  # without a sign of life from the page
    idle_minutes: float = 30.0  # after which a session ends
    session_hours: float = 12.0  # after which it ends in any case
    trainees: bool = True  # trainees and researchers may sign in
    hosts: Sequence[str] = ()  # names by which browsers ask for the page, besides those of this machine itself
    https: bool = False  # browsers come by https: cookies are for https only
    issuer: str = ""  # of OpenID Connect, as its discovery document says; nothing: passwords only
    client: str = ""  # what the provider calls this page
    client_secret: Path | None = (
        None  # a file; or the environment variable CHARTLOOM_CLIENT_SECRET; never the word itself
    )
    issuer_name: str = "your hospital's account"  # on the button: Sign in with ...
    issuer_claim: str = ""  # whose value is a user's name, such as preferred_username; nothing: an admin links each

    @property
    def folder(self) -> Path:
        return self.lake / FOLDER

    @property
    def url(self) -> str:
        return self.database or f"sqlite:///{self.folder / 'review.db'}"
