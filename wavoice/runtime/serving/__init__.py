"""`wavoice serve`: the bot as a server that is watched, stopped and followed by the next one."""
