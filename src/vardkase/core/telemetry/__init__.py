"""What the hub tells of its own operation: metrics, traces and log records, all of them without content."""
