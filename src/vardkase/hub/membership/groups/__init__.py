"""Groups of organisations (the municipalities of a county, a group of companies), with group administrators."""
