"""Ships a bot: the sequence of a deploy, what a target must be able to do, and Meta's side of it."""
