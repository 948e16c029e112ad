"""The server is killed at random while it runs jobs: does every job end once, with each of its pages once?"""
