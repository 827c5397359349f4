"""What takes two people: what waits for somebody, what they proposed, and each request."""
