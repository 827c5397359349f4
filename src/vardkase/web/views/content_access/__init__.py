"""Access of operators to content: asking, answering, and what was read."""
