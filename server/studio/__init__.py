"""The pages of plans: asking for one, looking at it, explaining, publishing. Its life is in `server.plans`."""
