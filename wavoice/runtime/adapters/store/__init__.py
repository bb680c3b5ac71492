"""The store: a unit of work over SQLAlchemy Core, on SQLite or PostgreSQL."""

from wavoice.runtime.adapters.store.lock import MEMORY, drain_lock
from wavoice.runtime.adapters.store.sqlite import SqliteStore

__all__ = ["MEMORY", "SqliteStore", "drain_lock"]
