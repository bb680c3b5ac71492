"""`python -m wavoice`: the command, where no script for it was installed."""

from wavoice.cli.main import main

if __name__ == "__main__":
    main()
