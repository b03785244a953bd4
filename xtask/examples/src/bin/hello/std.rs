use cors_core::Policy;
use http::{Request, Response};
use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

fn main() -> Result<(), Box<dyn Error>> {
    let policy = Policy::for_origins(["https://app.example.com"]).allow_methods(["PUT"]).build()?;
    let listener = TcpListener::bind(examples::addr())?;
    println!("listening on http://{}", listener.local_addr()?);
    for stream in listener.incoming().flatten() {
        answer(&policy, &stream).unwrap_or_else(|error| eprintln!("{error}"));
    }
    Ok(())
}

fn answer(policy: &Policy, mut stream: &TcpStream) -> Result<(), Box<dyn Error>> {
    stream.set_read_timeout(Some(std::time::Duration::from_secs(2)))?;
    let mut lines = BufReader::new(stream.take(16_384)).lines();
    let first = lines.next().ok_or("no request")??;
    let (method, rest) = first.split_once(' ').ok_or("not HTTP")?;
    let mut request = Request::builder().method(method).uri(rest.split(' ').next().unwrap_or(rest));
    while let Some((name, value)) = lines.next().ok_or("half a head")??.split_once(':') {
        request = request.header(name, value.trim());
    }
    let exchange = policy.begin(&request.body(())?).without_asking();
    let mut response = match exchange.short_circuit() {
        Some(status) => Response::builder().status(status).body("")?, // a preflight or a refusal
        None => Response::new("stored"),                              // your handler
    };
    exchange.write(response.headers_mut()); // last, and on every response
    write!(stream, "HTTP/1.1 {}\r\nconnection: close\r\n", response.status())?;
    for (name, value) in response.headers() {
        write!(stream, "{name}: {}\r\n", value.to_str()?)?;
    }
    write!(stream, "\r\n{}", response.body())?;
    stream.shutdown(Shutdown::Write)?; // and read the body: unread, it would reset the connection
    Ok(io::copy(&mut stream.take(1 << 24), &mut io::sink()).map(drop)?)
}
