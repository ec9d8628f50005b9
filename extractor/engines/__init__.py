"""Form and schema to candidates: rules, llm, hybrid."""
