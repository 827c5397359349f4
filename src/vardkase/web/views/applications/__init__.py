"""The officers' desk: applications, their assessment, and the two-officer decision."""
