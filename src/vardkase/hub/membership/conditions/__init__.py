"""Conditions that a member is to meet and exceptions that it has, with dates that are followed up."""
