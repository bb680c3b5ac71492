"""Scenario files: a conversation and what must come of it, run on the production runtime."""
