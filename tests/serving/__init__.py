"""`wavoice serve`, as a process among others: the emulator, the sim shop and customers outlive it."""
