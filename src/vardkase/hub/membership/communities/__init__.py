"""Communities: sharing groups whose members follow a rule and are updated as memberships change."""
