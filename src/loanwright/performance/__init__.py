"""How booked credit turns out: vintages, roll rates, early arrears, and what is expected of it."""
