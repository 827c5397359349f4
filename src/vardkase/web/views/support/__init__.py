"""Customer service: requests, answers, the operator's view, and service status."""
