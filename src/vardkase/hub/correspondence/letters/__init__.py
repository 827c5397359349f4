"""Letters: the hub's texts as PDF, stored exactly as sent."""
