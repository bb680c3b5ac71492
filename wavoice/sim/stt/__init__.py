"""How well notes are heard: labelled recordings, in noise, against what should come of them."""
