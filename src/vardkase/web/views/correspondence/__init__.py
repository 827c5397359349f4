"""The texts of mail and letters, what was sent, and how an officer signs."""
