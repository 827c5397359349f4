"""Services for officers' work on applications."""
