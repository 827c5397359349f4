"""MISP JSON out of the database: whole documents, streamed, as one reader may see them."""
