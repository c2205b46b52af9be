"What judges the exercises, and the notebooks that they stand in"
from .values import *; from .functions import *; from .gradients import *
from .judges import *; from .notebooks import *
