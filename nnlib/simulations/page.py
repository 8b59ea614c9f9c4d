"""How a simulation is written into a page of the book.

There stands the place that `static-host.js` fills, and a picture with its caption for readers
without scripts. myst-nb finds this class by its entry point in pyproject.toml.
"""

import json

from docutils import nodes
from myst_nb.core.render import MimeRenderPlugin

from nnlib.simulations.base import VIEW


class SimulationRenderer(MimeRenderPlugin):
    """Renders the views that carry a fallback, and leaves all others to myst-nb."""

    @staticmethod
    def handle_mime(renderer, data, inline):
        # Output metadata is kept by type; only ours has a fallback.
        fallback = data.output_metadata.get(VIEW, {}).get("fallback")
        if data.mime_type != VIEW or fallback is None:
            return None
        place = json.dumps(data.content).replace("</", r"<\/")
        html = f'<script type="{VIEW}">{place}</script><noscript>{fallback}</noscript>'
        return [nodes.raw("", html, format="html")]
