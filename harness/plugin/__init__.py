"""What the pytest plugin does once a test asks for it. Users have packages named like ours: only `harness` is used."""
