"""Assessing applications: criterion by criterion, and a decision that takes two officers."""
