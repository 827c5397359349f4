"""Pages on which a publisher answers what the hub has marked as personal data."""
