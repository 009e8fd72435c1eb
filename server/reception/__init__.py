"""The ledger of the reception: arrivals, cars, rooms, meals and escorts of guests, entered row by row."""
