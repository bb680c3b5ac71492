"""How long a turn takes, measured so that the figures can be believed: `wavoice bench`."""
