"""Import of external documents: each format is converted to MISP's form, then stored by the regular services."""
