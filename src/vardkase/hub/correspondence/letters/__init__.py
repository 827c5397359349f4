"""Letters: the hub's texts on paper, as PDF, kept as the bytes that were sent."""
