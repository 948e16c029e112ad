"""Processes of the server are killed at random under load: does any answer or file task fail, get lost or mixed up?"""
