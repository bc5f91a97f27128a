"""Work on files from outside, in supervised worker processes with limits of memory and time."""
