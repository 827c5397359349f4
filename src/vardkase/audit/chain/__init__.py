"""The proof of the audit log: a chain of digests over every committed entry, and signed checkpoints."""
