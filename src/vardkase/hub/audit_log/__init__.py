"""Keeping the audit log provable: sealing, checkpoints and their receivers outside."""
