"""Webhooks that mean harm: bodies that were tampered with, and signed ones whose shape was."""
