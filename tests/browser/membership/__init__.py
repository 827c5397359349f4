"""Membership from end to end, in the browsers of everyone involved."""
