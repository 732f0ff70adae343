"""A model run by vLLM's engine: on the GPUs of this machine, or on its processor.

vLLM schedules by itself, so that the runner is asked many things at once.
"""
