"""WhatsApp voice bots that finish the job and never act on a yes that was not one."""

__all__ = ["__version__"]

__version__ = "0.1.0"
