"""The demonstration: an invented delegation, registered through the same services as the pages use."""
