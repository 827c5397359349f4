"""Published means it goes out: what is to be sent, written as it is published, and what was sent to whom."""
