"""The terminal phone: a Textual app that draws the journal and what the handset shows.

It measures nothing and calls the runtime through `ChatSession` alone.
"""
