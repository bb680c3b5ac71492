"""The rows of the decision table, by the part of the order of checks to which they belong. Pure."""
