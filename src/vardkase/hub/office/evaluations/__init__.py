"""Evaluations of phases: what was to be achieved, what was tried, what was learnt, with notes and numbers."""
