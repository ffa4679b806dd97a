"""Where does Alembic run? On the connection that `server.db.migrate` hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from server.db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the caller's transaction is around all of it
)
context.run_migrations()
