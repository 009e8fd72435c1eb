"""The demo: an invented delegation, registered by the same services as the pages use."""
