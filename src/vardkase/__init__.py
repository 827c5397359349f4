"""Vårdkase: a national hub for sharing threat information, MISP-compatible on the wire."""

__version__ = "0.1.0"
