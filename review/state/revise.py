"""For developers: after a change of tables.py, `python -m review.state.revise "what changed"` drafts the migration."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from review.state import migrating


def draft(message: str, folder: Path) -> None:
    """By comparing tables.py with an empty database brought to the newest version. To be read and mended by hand."""
    engine = create_engine(f"sqlite:///{folder / 'newest.db'}")
    with engine.begin() as connection:
        if migrating.known():
            migrating.bring_up(connection)
        config = Config()
        config.set_main_option("script_location", str(migrating.FOLDER))
        config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        config.attributes["connection"] = connection
        command.revision(config, message, autogenerate=True, rev_id=f"{len(migrating.known()) + 1:04d}")


if __name__ == "__main__":
    with TemporaryDirectory() as temporary:
        draft(" ".join(sys.argv[1:]), Path(temporary))
