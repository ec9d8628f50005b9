"""The engine `llm`: chunks of a form go to an OpenAI-compatible endpoint and come back as printed strings with places.

The only importer of openai, instructor and tenacity, and a late one: nothing here costs a run that calls no model.
"""
