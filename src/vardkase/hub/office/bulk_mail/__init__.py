"""Mail to a chosen set of members: proposed with its recipients, approved by a second person, sent a few at a time."""
