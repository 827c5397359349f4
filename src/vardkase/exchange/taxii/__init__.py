"""TAXII 2.1 both ways: collections of this hub for others (server), and collections of others (client)."""
