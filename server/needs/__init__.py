"""What enterprises want solved."""
