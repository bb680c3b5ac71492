"""Random dialogues through the runtime's own code, and a checker that shares none of it."""
