"""Pages of plans: asking, showing, explaining, publishing. The life of a plan is in `server.plans`."""
