"""Message templates: their life, what Meta refuses of them, and the messages made from them."""
