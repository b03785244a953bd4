# Add the origins, methods and headers that your server allows already.
# Directly after `app = Flask(...)`, in place of any other use of flask_cors.
from flask_cors import CORS  # pip install flask-cors

CORS(
    app,
    origins=["https://app.example.com"],
    methods=["GET", "HEAD", "POST", "PUT"],
    allow_headers=["authorization", "content-type", "x-trace"],
)

# With one origin, Flask-CORS leaves it out.
@app.after_request
def vary_by_origin(response):
    response.vary.add("Origin")
    return response
