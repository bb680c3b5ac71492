"""The jobs beyond orders, in the order in which they are offered."""

from __future__ import annotations

from wavoice.runtime.actions import Job

JOBS: tuple[Job, ...] = ()
