"""The control API of `wavoice sim`: what a test does in place of customers, of time and of bad luck."""
