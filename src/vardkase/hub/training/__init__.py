"""Training of users, and its validity."""
