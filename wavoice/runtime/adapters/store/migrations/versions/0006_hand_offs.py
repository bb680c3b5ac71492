"""What people were given to go on from. Only adds, see 0001.

Its timers, and those that give a chat back, are of kinds that a program of before does not know: such a
program lets the contacts rest that have one due, and a newer one goes on with them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table `hand_offs` with its index."""
    op.create_table(
        "hand_offs",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("turn", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("ticket", sa.Text),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("retention", sa.Text, nullable=False, server_default="transcript"),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    )
    op.create_index("hand_offs_contact", "hand_offs", ["tenant", "number", "contact", "created_at", "key"])
