"""What everybody may read without an account, and its editing."""
