"""The hub owner's overview of its members."""
