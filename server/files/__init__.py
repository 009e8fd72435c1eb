"""Uploaded files: checked in a process of their own, stored outside the web root, served to those who may read them."""
