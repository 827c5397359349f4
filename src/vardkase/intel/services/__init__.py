"""Services of intelligence: one function each, actor first, one transaction."""
