"""Other vendors' contracts, one package each. None knows another; `contract.py` says what each must bring."""
