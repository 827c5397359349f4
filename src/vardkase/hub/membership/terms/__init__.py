"""The general terms: their versions, the criteria that belong to each, and who has accepted them."""
