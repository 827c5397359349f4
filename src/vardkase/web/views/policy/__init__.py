"""Pages of an organisation's sharing policy, of approvals and of training."""
