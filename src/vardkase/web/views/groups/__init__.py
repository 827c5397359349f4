"""Groups of organisations, and what their administrators manage."""
