"""Requests for public records (utlämnandeärenden): each authority decides its own (hub.md section 5)."""
