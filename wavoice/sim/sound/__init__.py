"""The sound of this machine: its microphone, its speaker, and lines that a voice says for a customer."""
