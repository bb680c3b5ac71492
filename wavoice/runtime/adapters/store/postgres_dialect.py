"""SQLAlchemy's statements as psycopg takes them on PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql.psycopg import PGCompiler_psycopg, PGDialect_psycopg

from wavoice.runtime.adapters.store.prepared import Prepares


class _Compiler(PGCompiler_psycopg):
    """Also writes the ON CONFLICT of SQLAlchemy's construct for SQLite, in which the statements are said."""

    def _on_conflict_target(self, clause: Any, **_: Any) -> str:
        columns = clause.inferred_target_elements or ()
        return f"({', '.join(self.preparer.quote(column) for column in columns)})" if columns else ""


class _Dialect(PGDialect_psycopg):
    supports_statement_cache = True
    statement_compiler = _Compiler


_FLOAT8 = 701
"""Number of `double precision` among PostgreSQL's types: there is no other number with a fraction here."""

prepared = Prepares(_Dialect(paramstyle="format"), _FLOAT8)  # type: ignore[no-untyped-call]
"""For psycopg."""
