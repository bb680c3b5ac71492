"""Labelled wishes, and how well interpreters understand them: `wavoice eval intents`."""
