"""Proves from the journal alone that every effect had its yes, and that the journal is whole. Pure."""

from wavoice.runtime.audit.report import Report, audit, prove, prove_events

__all__ = ["Report", "audit", "prove", "prove_events"]
