"""Words at which the bot stops and calls a person, as data: one TOML file a language."""
