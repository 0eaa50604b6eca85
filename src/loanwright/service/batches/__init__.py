"""Files of applicants to be scored: taken in as they come, scored in blocks, given out."""
