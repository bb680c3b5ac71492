"""The engine behind the terminal phone: everything that `wavoice chat` can do, and nothing that draws."""
