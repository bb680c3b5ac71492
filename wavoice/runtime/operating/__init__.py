"""What `wavoice ops` does: looks and acts on the store alone, beside a bot that is running or not."""
