"""How much there is, and who shares it: counted over what a reader may see, in a query each."""
