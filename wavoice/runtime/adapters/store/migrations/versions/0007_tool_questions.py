"""What MCP servers ask before they go on. Only adds, see 0001."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table `tool_questions` with its index."""
    op.create_table(
        "tool_questions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("proposal", sa.Text, nullable=False),
        sa.Column("job", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("retention", sa.Text, nullable=False, server_default="transcript"),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    )
    op.create_index("tool_questions_subject", "tool_questions", ["job", "subject", "state"])
