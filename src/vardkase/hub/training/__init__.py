"""Who has been trained in what, and until when that holds."""
