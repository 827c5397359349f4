"""Customer service: asking, answering, the operator's view, and the status of the service."""
