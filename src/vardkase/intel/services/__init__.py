"""The use cases of intelligence: one function each, actor first, one transaction."""
