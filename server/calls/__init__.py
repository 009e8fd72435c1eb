"""The call list: whom to phone, why, who does it, how the call ended, and when to try again."""
