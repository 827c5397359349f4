"""Membership of the hub and admission to it (hub.md section 2)."""
