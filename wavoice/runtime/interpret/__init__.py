"""Words to readings, offline."""
