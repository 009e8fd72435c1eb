"""The administrator of an installation: creates events and names their owners, and sees counts but no participants."""
