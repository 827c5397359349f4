"""What streams say: messages written from what is there, for one reader, at the time of sending."""
