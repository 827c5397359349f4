"""The hub owner's office: the officers' inbox, absence and deputies, delegation of decisions, calendar, templates."""
