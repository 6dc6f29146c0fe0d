"""Where Alembic takes the connection from: review/state/migrating.py hands it over, in a transaction of its own."""

from alembic import context

from review.state.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
