"""Between HTTP and Django: requests are complete before they take a thread, answers wait for slow clients on disk."""
