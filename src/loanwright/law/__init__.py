"""What the law asks of a lender's papers and clocks: dated packs, as data."""
