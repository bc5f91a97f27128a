"""Which providers there are: a row each, of ours, of the home folder and of other packages."""
