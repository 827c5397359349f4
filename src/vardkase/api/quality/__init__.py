"""The endpoints of lists and models that say what an indicator is worth, and of correlation."""
