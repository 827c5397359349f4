"""The inbox: every task of the hub's staff, with owner and deadline."""
