# Add the origins, methods and headers that your server allows already.
# At the end of the module that makes `app`, in place of any other CORSMiddleware.
# It goes around the whole app: `app.add_middleware` would leave out uncaught exceptions.
from starlette.middleware.cors import CORSMiddleware

app = CORSMiddleware(
    app,
    allow_origins=["https://app.example.com"],
    allow_methods=["GET", "HEAD", "POST", "PUT"],
    allow_headers=["content-type"],
    allow_credentials=True,
)
