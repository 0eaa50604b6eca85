"""Whether those who apply have moved away from those a model was made for."""
