"""What this server speaks: one package a contract. None knows another; `base.py` says what each must bring."""
