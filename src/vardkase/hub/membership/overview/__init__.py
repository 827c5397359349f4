"""The hub owner's overview: number of members by kind and progress, and open tasks."""
