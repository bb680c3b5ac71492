"""The worked example of docs/adapters.md: a connector, and the small vendor that it is for."""
