"""Document to forms: page furniture, page breaks, labels, where forms begin and end, chunks."""
