"""The hub owner's overview: how many members, of which kind, how far they are, and what waits to be done."""
