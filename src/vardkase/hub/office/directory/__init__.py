"""The contact directory for incidents: whom to reach at each member, at any hour."""
