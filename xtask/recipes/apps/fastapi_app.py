import os

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

PAGE = "https://app.example.com"
app = FastAPI()


@app.api_route("/data", methods=["GET", "PUT"])
def data():
    return PlainTextResponse("data", headers={"X-Total": "3"})


@app.get("/crash")
def crash():
    raise RuntimeError("it crashed")


if os.environ.get("AUTH"):

    @app.middleware("http")
    async def authorize(request, call_next):
        if "authorization" not in request.headers:
            return PlainTextResponse("who?", status_code=401)
        return await call_next(request)


# RECIPE
if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=0)
