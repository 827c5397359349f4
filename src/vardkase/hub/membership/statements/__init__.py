"""Security statements (säkerhetsintyg): what members say of their own security work, with evidence."""
