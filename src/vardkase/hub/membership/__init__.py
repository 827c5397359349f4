"""Who is a member of the hub, and how one becomes it (hub.md section 2)."""
