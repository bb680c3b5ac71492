"""The consent ledger learns what was shown, and what proves an answer.

Lines of before have an empty status: `given` says it. Only adds, see 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from wavoice.runtime.adapters.store.portable import NUMBER

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add columns to `consents`, and the table of what was told or asked."""
    for name in ("status", "wording", "proof", "shown_in"):
        op.add_column("consents", sa.Column(name, sa.Text, nullable=False, server_default=sa.text("''")))
    op.create_table(
        "consents_shown",
        sa.Column("seq", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("wording", sa.Text, nullable=False),
        sa.Column("proof", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("retention", sa.Text, nullable=False, server_default="consent"),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sqlite_autoincrement=True,
    )
    op.create_index("consents_shown_contact", "consents_shown", ["tenant", "number", "contact"])
