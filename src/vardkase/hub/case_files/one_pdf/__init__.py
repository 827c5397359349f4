"""A case as one PDF: a cover, the list of its documents with their checksums, and the documents in order."""
