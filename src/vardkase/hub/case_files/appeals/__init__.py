"""Appeals against decisions: tested for time, forwarded with the file, and what the court decided (43–48 §§ FL)."""
