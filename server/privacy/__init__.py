"""What is held about people: the register of tables, my data, deletion, retention, the record of processing."""
