"""The order of things: the flows and the `winnow` command. Wiring only; the work is in the other rooms.

This room may import all the others.
"""

import os

# The one thing that happens at import, since Prefect reads it at its own: whoever imports a flow, by whatever way, has
# one that tells nobody. What the environment says already stands.
for _name, _value in (("DO_NOT_TRACK", "1"), ("PREFECT_SERVER_ANALYTICS_ENABLED", "false")):
    os.environ.setdefault(_name, _value)
