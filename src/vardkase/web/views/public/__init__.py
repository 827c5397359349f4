"""Public pages without sign-in, and their editing."""
