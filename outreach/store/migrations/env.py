"""What Alembic runs: the steps, on the connection that `upgrade` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from outreach.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
