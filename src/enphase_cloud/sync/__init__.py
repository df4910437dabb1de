"""Fill the archive: which ranges of which series, in which order, for how many hits. Reading them keeps them."""
