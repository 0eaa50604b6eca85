"""Work that is done later: accepted at once, worked on by whoever is free, asked for by its id."""
