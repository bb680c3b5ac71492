"""Whole conversations, judged by their end, and driven from outside."""
