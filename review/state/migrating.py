"""The database brought to the version that this program knows. Alembic is loaded only where there is work for it."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from contract.errors import VersionError

FOLDER = Path(__file__).parent / "migrations"


def known() -> list[str]:
    """Versions, the oldest first: 0001, 0002, ..."""
    return sorted(path.name[:4] for path in (FOLDER / "versions").glob("[0-9][0-9][0-9][0-9]_*.py"))


def version(connection: Connection) -> str | None:
    """None: an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def is_new(connection: Connection) -> bool:
    """Nothing to do. Raises VersionError where the database is ahead of us."""
    found, ours = version(connection), known()
    if found is not None and found not in ours:
        raise VersionError(
            f"review: the database has version {found}; this program knows {ours[0]} to {ours[-1]}. "
            "It was written by a newer chartloom: install that one, or restore the backup made before."
        )
    return found == ours[-1]


def bring_up(connection: Connection) -> None:
    """All steps in the transaction of the connection."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
