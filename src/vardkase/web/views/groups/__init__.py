"""Groups of organisations, and what their administrators look after."""
