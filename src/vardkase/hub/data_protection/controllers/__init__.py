"""Who is controller for what an event holds, as of its publication."""
