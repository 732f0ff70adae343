"""For tests only: on two cores vLLM is kept from taking both while it waits.

Its queues wait by yielding the processor over and over; a short sleep leaves it to
whoever has something to do.
"""

import os
import time

if hasattr(os, "sched_yield"):
    os.sched_yield = lambda: time.sleep(0.0002)
