"""What makes an installation a hub: running it, and working in it."""
