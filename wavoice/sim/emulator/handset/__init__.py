"""A customer's handset, by what is done with it."""
