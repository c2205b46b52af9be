"""What the test of the browser finds: the faults, and how much it has looked at."""
from pathlib import Path

docs = Path(__file__).parent.parent.parent/'docs'
wrong, counts = [], dict(pages=0, looks=0, links=0, queries=0, shapes=0, numbers=0)
counts |= {'answers': 0, 'spoiled answers': 0, 'that hear another sentence': 0}
