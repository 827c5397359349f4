"""Who handles requests for public records in a connected authority: its administrators name them."""
