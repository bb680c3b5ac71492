"""Tools of MCP servers: what a call is, which tier a tool has, and what of an answer may be used. Pure."""
