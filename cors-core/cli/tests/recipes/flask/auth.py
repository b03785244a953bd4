# Add the origins, methods and headers that your server allows already.
# Directly after `app = Flask(...)`, in place of any other use of flask_cors.
from flask import request
from flask_cors import CORS  # pip install flask-cors

CORS(
    app,
    origins=["https://app.example.com"],
    methods=["GET", "HEAD", "POST"],
    allow_headers=["authorization"],
)

# Before every other `before_request`, so that preflights, which have no cookies and no
# authorization, do not meet it.
@app.before_request
def answer_preflights():
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        return "", 204

# With one origin, Flask-CORS leaves it out.
@app.after_request
def vary_by_origin(response):
    response.vary.add("Origin")
    return response
