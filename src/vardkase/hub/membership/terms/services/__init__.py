"""What is done with the terms: written, published, accepted."""
