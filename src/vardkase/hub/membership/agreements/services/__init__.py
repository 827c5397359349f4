"""Services for the terms: draft, publish, accept."""
