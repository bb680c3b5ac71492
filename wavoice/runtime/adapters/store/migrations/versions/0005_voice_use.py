"""How much was listened to, by day and contact: the budget of voice minutes. Only adds, see 0001."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table `voice_use`."""
    op.create_table(
        "voice_use",
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("retention", sa.Text, nullable=False, server_default="audio_meta"),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "day", "contact", "number"),
    )
