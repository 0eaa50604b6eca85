"""How differently groups of people are treated, and what less difference would cost."""
