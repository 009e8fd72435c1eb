"""Who meets whom, when and where: plain data in, plain data out."""
