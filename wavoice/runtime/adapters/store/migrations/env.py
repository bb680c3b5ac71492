"""Run by Alembic: migrate on the connection, and inside the transaction, that `schema.upgrade` opened."""

from __future__ import annotations

from alembic import context

from wavoice.runtime.adapters.store.schema import VERSION_TABLE
from wavoice.runtime.adapters.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
)
context.run_migrations()
