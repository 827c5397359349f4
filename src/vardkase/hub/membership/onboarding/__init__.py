"""From approved to active: the checklist of a new member, each item done by the software and read off facts."""
