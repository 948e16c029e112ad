"""The contracts that this server speaks, one package each. None knows another. `base.py` defines what each provides."""
