"""The endpoints of MISP policies, approvals and training."""
