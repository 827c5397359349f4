"""The terms: written by officers, read and accepted by members."""
