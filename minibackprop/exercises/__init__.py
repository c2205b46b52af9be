"What judges the exercises, and the notebooks that they stand in"
from .judges import *; from .notebooks import *
