"""Services for attributes and tags, on which proposals, reports and whole events rest."""
