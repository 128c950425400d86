"""The system under measurement: teams and fixtures scraped with a browser, written to a CMS, then validated.

It runs inside the measured process, so it imports the standard library and nothing else, and it knows
neither who measures it nor how heavy a scenario makes its pages.
"""
