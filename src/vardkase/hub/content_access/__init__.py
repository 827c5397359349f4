"""Content access for operators ("break-glass"): asked for, granted by an officer, for hours, on record."""
