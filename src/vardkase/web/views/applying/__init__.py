"""Pages of applicants: public, with a private link identifying the application."""
