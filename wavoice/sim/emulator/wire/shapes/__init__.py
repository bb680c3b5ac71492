"""The documented truth: what WhatsApp sends to a business, as models, one file a subject."""
