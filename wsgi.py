"""What servers run: `office`, `public`, or `app` (both, on one machine)."""

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from county_portal.app import create_office, create_public

office = create_office()
public = create_public()
app = DispatcherMiddleware(public, {"/office": office})
