"""Statistics on content and sharing, counted over what the reader may see, with one query each."""
