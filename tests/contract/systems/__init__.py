"""Real systems for the contract suites: installed, started and seeded here, and stopped by their pid."""
