"""Forms whose text is laid out anew at random, with gold: how does a reading fare on layouts that nobody has seen?

Documents are plain text as OCR services and text extractors give it. Whoever changes this package has not read the
engines or the text readers, so that what it draws owes nothing to what they can do.
"""
