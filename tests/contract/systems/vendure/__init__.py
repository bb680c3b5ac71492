"""Vendure in memory."""
