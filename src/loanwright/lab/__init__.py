"""The model lab: experiments, searched, tracked and compared."""
