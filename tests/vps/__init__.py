"""A machine with systemd on loopback, and bots that are deployed to it."""
