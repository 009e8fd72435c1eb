"""Recipients of data, to each of which participants consent or not."""
