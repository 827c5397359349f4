"""Exchange with other instances and services; all outgoing traffic goes through `http`."""
