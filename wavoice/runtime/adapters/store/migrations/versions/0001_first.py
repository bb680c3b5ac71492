"""First schema.

Migrations only expand (add tables, add columns with a default), because during a deploy the old
program still writes to the same file. There is no way down: restore a backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from wavoice.runtime.adapters.store.portable import NUMBER, where

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    _identity()
    _work()
    _audit()
    _outbox()
    _ledger()


def _common(retention: str) -> tuple[sa.Column[str], sa.Column[str], sa.Column[int]]:
    return (
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("retention", sa.Text, nullable=False, server_default=retention),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    )


def _place() -> tuple[sa.Column[str], sa.Column[str]]:
    return sa.Column("number", sa.Text, nullable=False), sa.Column("contact", sa.Text, nullable=False)


def _identity() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        *_common("identity"),
    )
    op.create_table(
        "aliases",
        sa.Column("seq", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("contact", sa.Text, sa.ForeignKey("contacts.id"), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger),
        *_common("identity"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "aliases_current",
        "aliases",
        ["tenant", "value", "kind"],
        unique=True,
        **where("until IS NULL"),
    )
    op.create_index("aliases_contact", "aliases", ["contact", "kind"])
    op.create_table(
        "conversations",
        sa.Column("number", sa.Text, primary_key=True),
        sa.Column("contact", sa.Text, sa.ForeignKey("contacts.id"), primary_key=True),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        *_common("transcript"),
    )


def _work() -> None:
    op.create_table(
        "inbox",
        sa.Column("seq", NUMBER, primary_key=True, autoincrement=True),
        *_place(),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("turn", sa.Text, nullable=False, unique=True),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("retry_at", sa.BigInteger),
        sa.Column("done", sa.Boolean, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        *_common("transcript"),
        sa.UniqueConstraint("tenant", "number", "message"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "inbox_undone",
        "inbox",
        ["tenant", "number", "contact", "seq"],
        **where("done = 0", "NOT done"),
    )
    op.create_table(
        "timers",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        *_place(),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        *_common("work"),
    )
    op.create_index("timers_due", "timers", ["due_at"])
    op.create_index("timers_contact", "timers", ["tenant", "number", "contact", "due_at", "id"])
    op.create_index("timers_subject", "timers", ["subject"])


def _audit() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.Text, primary_key=True),
        *_place(),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        *_common("audit"),
    )
    op.create_index("proposals_contact", "proposals", ["tenant", "number", "contact", "created_at", "id"])
    op.create_index(
        "proposals_open",
        "proposals",
        ["tenant", "number", "contact", "created_at", "id"],
        **where("open = 1", "open"),
    )
    op.create_table(
        "effects",
        sa.Column("key", sa.Text, primary_key=True),
        *_place(),
        sa.Column("proposal", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("args", sa.Text, nullable=False),
        sa.Column("facts_version", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("intended_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("reference", sa.Text),
        sa.Column("reason", sa.Text),
        *_common("audit"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text, primary_key=True),
        *_place(),
        sa.Column("turn", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        *_common("transcript"),
    )
    op.create_index("outbox_contact", "outbox", ["tenant", "number", "contact", "state", "created_at", "id"])
    op.create_table(
        "outbox_messages",
        sa.Column("message", sa.Text, primary_key=True),
        sa.Column("outbox", sa.Text, sa.ForeignKey("outbox.id"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("status", sa.Text),
        *_common("audit"),
    )
    op.create_index("outbox_messages_outbox", "outbox_messages", ["outbox", "position"])


def _ledger() -> None:
    op.create_table(
        "consents",
        sa.Column("seq", NUMBER, primary_key=True, autoincrement=True),
        *_place(),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("given", sa.Boolean, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        *_common("consent"),
        sqlite_autoincrement=True,
    )
    op.create_index("consents_contact", "consents", ["tenant", "number", "contact", "purpose"])
    op.create_table(
        "journal",
        sa.Column("seq", NUMBER, primary_key=True, autoincrement=True),
        *_place(),
        sa.Column("turn", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("pii", sa.Text, nullable=False),
        *_common("audit"),
        sqlite_autoincrement=True,
    )
    op.create_index("journal_turn", "journal", ["turn"])
    op.create_table(
        "media",
        sa.Column("turn", sa.Text, primary_key=True),
        *_place(),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("media_id", sa.Text, nullable=False),
        sa.Column("mime_type", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("voice", sa.Boolean, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("codec", sa.Text, nullable=False),
        sa.Column("source_rate", sa.Integer, nullable=False),
        sa.Column("channels", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("trimmed_start", sa.Float, nullable=False),
        sa.Column("trimmed_end", sa.Float, nullable=False),
        *_common("audio_meta"),
    )
