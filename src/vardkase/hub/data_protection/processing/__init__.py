"""The record of processing activities (article 30 of the GDPR)."""
