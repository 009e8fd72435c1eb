"""An event's own topics, which organisers add to the topic scheme."""
