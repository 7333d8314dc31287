-- Version 3 of the database: a page asks in which commit its mutations are.

CREATE INDEX commits_by_mutation ON commits (mutation) WHERE mutation <> '';
