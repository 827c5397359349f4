"""Services for requests for public records, each in a module of the step that it belongs to."""
