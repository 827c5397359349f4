"""Django's PostgreSQL backend, with connections that are replaced when the server has ended them."""
