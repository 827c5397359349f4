"""Endpoints of event reports."""
