"""`ports.Orders` of a Medusa server (admin API, 2.x). docs/adapters.md says what the server needs."""
