"""Django's PostgreSQL backend with reconnection after the server has closed a connection."""
