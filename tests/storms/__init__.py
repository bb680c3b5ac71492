"""Random runs through the whole runtime on SQLite, with everything going wrong at once."""
