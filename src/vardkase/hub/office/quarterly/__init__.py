"""The quarterly report to management: figures of a quarter, kept as a document once it is issued."""
