"""Four eyes: requests to publish, and what a second person decides about them."""
