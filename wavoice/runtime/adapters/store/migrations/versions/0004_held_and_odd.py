"""Replies that are held outside WhatsApp's window; counts of what webhooks bring that is not understood.

Only adds, see 0001: a program of before takes a held reply for one that was given up, and leaves it alone.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from wavoice.runtime.adapters.store.portable import where

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add `outbox.held_at` with its index, an index of a contact's messages, and the table `oddities`."""
    op.add_column("outbox", sa.Column("held_at", sa.BigInteger))
    op.create_index(
        "outbox_held",
        "outbox",
        ["tenant", "number", "contact"],
        **where("held_at IS NOT NULL"),
    )
    op.create_index("inbox_contact", "inbox", ["tenant", "number", "contact", "seq"])
    op.create_table(
        "oddities",
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("retention", sa.Text, nullable=False, server_default="work"),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("first_at", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("outline", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.PrimaryKeyConstraint("tenant", "kind"),
    )
