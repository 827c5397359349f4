"""Communities: sharing groups that are drawn by rule from the members, and follow the membership as it changes."""
