"""How many mistakes of a model or of an OCR stay unseen: recorded answers altered, one kind of mistake at a time."""
