"""Requests from data subjects (articles 15–18 and 21 of the GDPR): found, passed to each controller, answered."""
