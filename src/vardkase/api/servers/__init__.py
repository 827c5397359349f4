"""Endpoints of this instance (MISP's `servers/*`): settings, connections, synchronisation and streams."""
