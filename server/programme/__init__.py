"""An event's programme for other sites and programs: to embed, and as schedule files."""
