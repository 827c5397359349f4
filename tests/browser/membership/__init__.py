"""Whole stories of membership, as all who take part see them."""
