"""The getting-started guide for the user's organisation."""
