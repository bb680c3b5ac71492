"""What all tests may use: `pytester` runs pytest inside a test."""

pytest_plugins = ["pytester"]
