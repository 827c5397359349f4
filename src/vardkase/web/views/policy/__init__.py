"""Pages of an organisation's MISP policy, of approvals and of training."""
