// Words about one object, from its document and what stands around it.
