import os

import flask
from flask import Flask
from werkzeug.serving import make_server

PAGE = "https://app.example.com"
app = Flask(__name__)
# RECIPE

if os.environ.get("AUTH"):

    @app.before_request
    def authorize():
        if "Authorization" not in flask.request.headers:
            return "who?", 401


@app.route("/data", methods=["GET", "PUT"])
def data():
    return "data", 200, {"X-Total": "3"}


@app.get("/crash")
def crash():
    raise RuntimeError("it crashed")


server = make_server("127.0.0.1", 0, app, threaded=True)
print(f"listening on http://127.0.0.1:{server.port}", flush=True)
server.serve_forever()
