"""STIX 1 and 2, written and read by the misp-stix library in sandbox processes."""
