"""WeasyPrint, tamed: the program of a press process.

process_pool.py starts it by its path and talks to it over a socket; nothing else loads it, and
it loads nothing else of ours. The engine reads nothing but what it is given (engine.py), sets
Chinese lines flush right (lines.py) and rare characters from another face (rare.py), and takes
shortcuts (optimisations.py) if it is the one they were written for (known_versions.py); any other
goes its own way (plain.py).
"""
