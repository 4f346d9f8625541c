//! A program that gives everybody the same answer: an exporter, or a server that is no Tideboard. Over real sockets, one request a
//! connection.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};

use crate::socket::PATIENCE;

/// It listens until it is stopped, or dropped.
pub struct Responder {
    pub address: SocketAddr,
    shared: Arc<(Mutex<Shared>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    answer: Vec<u8>,
    asked: Vec<Asked>,
    is_over: bool,
}

/// A request.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Line by line.
    pub head: Vec<String>,
    pub body: String,
}

impl Responder {
    /// One that tells this text.
    pub fn start(text: &str) -> Self {
        let free: SocketAddr = ([127, 0, 0, 1], 0).into();
        Self::start_at(free, text)
    }

    /// The same at an address that it had before.
    pub fn start_at(address: SocketAddr, text: &str) -> Self {
        let listener = TcpListener::bind(address).expect("the port is free");
        let shared = Mutex::new(Shared {
            answer: answer("200 OK", &[], text.as_bytes()),
            asked: Vec::new(),
            is_over: false,
        });
        let shared = Arc::new((shared, Condvar::new()));
        let address = listener.local_addr().expect("it is bound");
        let thread = thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                while let Ok((stream, _)) = listener.accept() {
                    if lock(&shared).is_over {
                        return;
                    }
                    let shared = Arc::clone(&shared);
                    // Clients open connections that they may not use: none of them keeps another one waiting.
                    thread::spawn(move || respond(stream, &shared));
                }
            }
        });
        Self {
            address,
            shared,
            thread: Some(thread),
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on it tells this text.
    pub fn tell(&self, text: &[u8]) {
        self.say(&answer("200 OK", &[], text));
    }

    /// From now on it answers with these bytes.
    pub fn say(&self, bytes: &[u8]) {
        lock(&self.shared).answer = bytes.to_vec();
    }

    /// All requests, once there are so many.
    pub fn asked(&self, len_min: usize) -> Vec<Asked> {
        let (_, came) = &*self.shared;
        let waiting = came.wait_timeout_while(lock(&self.shared), PATIENCE, |shared| shared.asked.len() < len_min);
        let (shared, _) = waiting.unwrap_or_else(PoisonError::into_inner);
        assert!(shared.asked.len() >= len_min, "so few came: {:?}", shared.asked);
        shared.asked.clone()
    }

    /// Nobody listens there any more when it has ended.
    pub fn stop(&mut self) {
        lock(&self.shared).is_over = true;
        // Wakes it, unless it has ended.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("it does not panic");
        }
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        self.stop();
    }
}

/// An answer, byte for byte.
pub fn answer(status: &str, headers: &[(&str, &str)], text: &[u8]) -> Vec<u8> {
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
        text.len()
    );
    [head.as_bytes(), text].concat()
}

fn respond(mut stream: TcpStream, shared: &(Mutex<Shared>, Condvar)) {
    // Who asks may leave at any time: then nobody waits for an answer.
    let Ok(asked) = read(&stream) else { return };
    let answer = {
        let mut shared = lock(shared);
        shared.asked.push(asked);
        shared.answer.clone()
    };
    let (_, came) = shared;
    came.notify_all();
    let _ = stream.write_all(&answer);
}

fn read(stream: &TcpStream) -> std::io::Result<Asked> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    let mut len = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            len = value.trim().parse().expect("a number");
        }
        head.push(line);
    }
    let mut body = String::new();
    reader.take(len).read_to_string(&mut body)?;
    Ok(Asked { head, body })
}

fn lock((shared, _): &(Mutex<Shared>, Condvar)) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
