"""Services for applications."""
