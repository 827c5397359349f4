"""Modules of a misp-modules server: enrichment, import, export. Their answers are never trusted."""
