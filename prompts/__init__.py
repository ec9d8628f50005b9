"""Prompt templates: text only, versioned; `extractor.engines.llm.prompting` loads, renders and hashes them."""
