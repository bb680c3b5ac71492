"""The runtime: what deploys. Never imports the simulator or the command line."""
