"""Personal data in events: where they are, of what kind, and whether they concern an offence."""
