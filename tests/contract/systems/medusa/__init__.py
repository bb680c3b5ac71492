"""Medusa on a PostgreSQL of our own."""
