"""The pages of applicants: everybody may open them, and a private link says whose application it is."""
