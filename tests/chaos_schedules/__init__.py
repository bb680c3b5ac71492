"""Dialogues under delivery chaos, through the whole runtime: they come to what they come to without."""
