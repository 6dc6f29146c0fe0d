"""Users: names, roles, passwords; unknown names take as long."""

from review.state import users
from review.state.database import Database


def test_a_user_is_found_by_her_name_and_password(database: Database) -> None:
    with database.write() as connection:
        anna = users.add(connection, " Anna ", "Anna Berg", "coder", "four words of mine")
    assert users.checked(database, "ANNA", "four words of mine") == anna
    assert users.checked(database, "anna", "four words of hers") is None
    assert users.checked(database, "berta", "four words of mine") is None
