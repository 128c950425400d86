"""How much memory to ask for: from floor, pressure, spread and growth to a request and a limit, with the reasons."""
