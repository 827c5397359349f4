"""The endpoints of connections, feeds and modules."""
