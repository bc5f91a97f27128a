"""What a file says about its picture: an inventory, a rule for each entry, and what fits a crop."""
