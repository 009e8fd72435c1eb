"""The documents `problem/1` and `plan/1`: read with every fault collected, written so that they read back the same."""
