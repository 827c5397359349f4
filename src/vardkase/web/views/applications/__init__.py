"""The officers' desk: applications, their assessment, and the decision by two."""
