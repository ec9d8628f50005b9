"""What was understood of a document, as text and as pictures."""
