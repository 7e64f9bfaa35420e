"""`simulate`: consignments that meet ships, posts, yards and weather, one event at a time.

``docs/explanation/simulation.md`` says what every station does, before any code.
"""
