"""Commands: parse and print only, one file a command."""
