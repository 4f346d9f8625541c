//! A network between devices and a server: it takes its time, goes dead without a word, or closes what goes over it.

#![allow(dead_code, reason = "each bench takes what it needs")]

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};

/// How it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// All arrives, each thing after the delay.
    Fine,
    /// Nothing arrives, and nothing is closed. What was opened before or meanwhile never works again: by the time the network is
    /// back, TCP tries again only every few seconds.
    Dead,
    /// Everything is closed, and what is opened at once.
    Cut,
}

/// It lies between an address of its own and a server's. Ends with the program.
pub struct Link {
    pub address: SocketAddr,
    weather: watch::Sender<Weather>,
}

impl Link {
    /// One that takes `delay` each way.
    pub async fn to(server: SocketAddr, delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let weather = watch::Sender::new(Weather::Fine);
        let reports = weather.subscribe();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, server, delay, reports.clone()));
            }
        });
        Self { address, weather }
    }

    pub fn is(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }

    /// Closes everything once, and takes what comes after.
    pub fn drop_all(&self) {
        self.is(Weather::Cut);
        self.is(Weather::Fine);
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// One connection, to its end. A change of weather ends it: by closing, or by doing nothing any more.
async fn carry(near: TcpStream, server: SocketAddr, delay: Duration, mut weather: watch::Receiver<Weather>) {
    let began = *weather.borrow_and_update();
    let held = match began {
        Weather::Cut => return,
        Weather::Dead => Some(near),
        Weather::Fine => {
            // What dials pays for the way there and back, as for everything else.
            tokio::time::sleep(2 * delay).await;
            let Ok(far) = TcpStream::connect(server).await else {
                return;
            };
            for stream in [&near, &far] {
                stream.set_nodelay(true).expect("a stream takes it");
            }
            let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
            let there = pump(near_read, far_write, delay);
            let back = pump(far_read, near_write, delay);
            tokio::pin!(there, back);
            tokio::select! {
                () = &mut there => return,
                () = &mut back => return,
                _ = weather.changed() => {}
            }
            if *weather.borrow() != Weather::Dead {
                return;
            }
            // Neither is polled nor dropped: both ends stay open, and hear nothing.
            return hold(&mut weather, (there, back)).await;
        }
    };
    hold(&mut weather, held).await;
}

/// Keeps something that is dead for as long as a bench may look at it, but no longer than until all is cut.
async fn hold<T>(weather: &mut watch::Receiver<Weather>, _held: T) {
    // An error says that the link is gone.
    let _ = weather.wait_for(|weather| *weather == Weather::Cut).await;
}

/// Passes on what is read, in its order, each piece `delay` after it came.
async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, delay: Duration) {
    let (under_way, mut arriving) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let reading = async move {
        let mut buffer = vec![0; PIECE_BYTES];
        while let Ok(len @ 1..) = from.read(&mut buffer).await {
            let piece = (Instant::now() + delay, buffer[..len].to_vec());
            if under_way.send(piece).is_err() {
                return;
            }
        }
    };
    let writing = async move {
        while let Some((at, piece)) = arriving.recv().await {
            sleep_until(at).await;
            if to.write_all(&piece).await.is_err() {
                return;
            }
        }
    };
    tokio::join!(reading, writing);
}

const PIECE_BYTES: usize = 16 * 1_024;
