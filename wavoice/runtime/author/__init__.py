"""What the author of a bot writes against, and how it is loaded. docs/jobs.md is the guide."""
