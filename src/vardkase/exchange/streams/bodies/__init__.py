"""Message bodies of streams, rendered for one reader at the time of sending."""
