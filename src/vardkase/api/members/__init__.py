"""The endpoints of organisations, people, roles, keys and sharing groups."""
