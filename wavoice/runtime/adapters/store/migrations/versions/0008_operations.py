"""What operators set, what is left of the erased, and where a pruned journal begins. Only adds, see 0001."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the tables `controls`, `erasures` and `account_news`, and the seal before the first record."""
    op.create_table(
        "controls",
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        *_common("work"),
        sa.PrimaryKeyConstraint("tenant", "number", "name"),
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("opted_out", sa.Boolean, nullable=False),
        *_common("consent"),
    )
    op.create_index("erasures_person", "erasures", ["tenant", "person"])
    op.create_table(
        "account_news",
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        *_common("work"),
        sa.PrimaryKeyConstraint("tenant", "field", "subject"),
    )
    op.add_column("journal_heads", sa.Column("begins_after", sa.Text))


def _common(retention: str) -> tuple[sa.Column[str], sa.Column[str], sa.Column[int]]:
    return (
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("retention", sa.Text, nullable=False, server_default=retention),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    )
