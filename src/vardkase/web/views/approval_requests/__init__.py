"""Approval requests: pending, proposed by the user, and details of each."""
