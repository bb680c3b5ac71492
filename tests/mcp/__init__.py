"""Tools of MCP servers as jobs: against servers of the official SDK, and one that lies."""
