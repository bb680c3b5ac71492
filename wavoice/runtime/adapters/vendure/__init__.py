"""`ports.Orders` of a Vendure server (admin API, 3.x). docs/adapters.md says what the server needs."""
