"""The register of personal data breaches (article 33.5 of the GDPR)."""
