"""Who is let in and when, for officers: phases and the law, invitations, applications that came otherwise."""
