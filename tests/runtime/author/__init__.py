"""Jobs of a bot's author."""
