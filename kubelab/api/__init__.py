"""The nouns: kinds, decoding, defaulting, validation, quantities, selectors, patches, tables. No behaviour."""
