"""The roster: applicants with how they stand, as lists for whoever looks after them."""
