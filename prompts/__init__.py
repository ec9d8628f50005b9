"""Prompt templates: text only, versioned; `extractor.prompting` loads, renders and hashes them."""
