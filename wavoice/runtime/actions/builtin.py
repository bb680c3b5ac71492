"""The jobs that ship with wavoice, by name."""

from __future__ import annotations

from wavoice.runtime.actions import order_jobs, service_jobs
from wavoice.runtime.actions.registry import Jobs

JOBS = Jobs((*order_jobs.JOBS, *service_jobs.JOBS))
