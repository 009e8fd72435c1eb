"""Delegations: experts who travel together, their leader, and what goes through the leader."""
