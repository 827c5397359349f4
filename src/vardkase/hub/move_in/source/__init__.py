"""Where it comes from: a dump of the database or the live database, its files and its settings."""
