"""Use cases that join the parts of an event: whole events in, merged and published, objects, bulk tagging."""
