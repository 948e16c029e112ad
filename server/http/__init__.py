"""What every request passes, whatever contract it speaks: the connection, its body, keys, headers and links."""
