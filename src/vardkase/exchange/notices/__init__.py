"""Mail to people of what happens here: events that are published, proposals, and what a day, week or month brought."""
