//! Whether a server is where somebody says, before anything is begun with it.

use std::{fmt, future::poll_fn};

use futures_util::future::{Either, select};

use crate::{
    config::{DIAL_MS_MAX, SCHEMA},
    platform::{AddressError, Platform, ServerAddress, SocketEvent},
    protocol::{ClientFrame, Code, Hello, ServerFrame, decode, encode},
};

/// Why a server was not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MeetError {
    /// That is no address.
    Address(AddressError),
    /// Nobody answers there, or nobody who serves boards.
    Unreachable {
        /// Where.
        server: String,
    },
    /// It wants a token, or another one.
    NeedsToken {
        /// What it said.
        message: String,
    },
    /// It does not let this program in.
    Refused {
        /// What it said.
        message: String,
    },
}

impl fmt::Display for MeetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(error) => error.fmt(f),
            Self::Unreachable { server } => write!(
                f,
                "no board’s server answers at {server}. See that it runs, and that the address is right."
            ),
            Self::NeedsToken { message } | Self::Refused { message } => f.write_str(message),
        }
    }
}

impl std::error::Error for MeetError {}

/// Dials a server, greets it, and hangs up: what it is called, if it said welcome. Gives up when a dial is given up, too.
///
/// # Errors
/// [`MeetError`].
pub async fn meet(platform: &dyn Platform, server: &str, token: Option<&str>) -> Result<ServerAddress, MeetError> {
    let address = ServerAddress::parse(server).map_err(MeetError::Address)?;
    let unreachable = || MeetError::Unreachable {
        server: address.origin().to_owned(),
    };
    let clock = platform.clock();
    let mut socket = platform.dial(&address);
    let mut too_late = clock.sleep_until(clock.now().plus(DIAL_MS_MAX));
    loop {
        let event = match select(poll_fn(|cx| socket.poll_event(cx)), &mut too_late).await {
            Either::Left((event, _)) => event,
            Either::Right(_) => return Err(unreachable()),
        };
        match event {
            SocketEvent::Opened => socket.send(encode(&ClientFrame::Hello(Hello {
                schema: SCHEMA,
                store: None,
                token: token.map(str::to_owned),
            }))),
            SocketEvent::Text(text) => {
                return match decode(&text) {
                    Ok(ServerFrame::Welcome(_)) => Ok(address),
                    Ok(ServerFrame::Error {
                        code: Code::NeedsAuth,
                        message,
                    }) => Err(MeetError::NeedsToken { message }),
                    Ok(ServerFrame::Error { message, .. } | ServerFrame::Goodbye { reason: message, .. }) => {
                        Err(MeetError::Refused { message })
                    }
                    _ => Err(unreachable()),
                };
            }
            SocketEvent::Closed => return Err(unreachable()),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::platform::MemoryDevice;

    const SERVER: &str = "http://board.example/boards/shift";

    /// What comes of it when the server says this once it is greeted; and the greeting.
    fn met(said: &str) -> (Result<String, MeetError>, Vec<String>) {
        let device = MemoryDevice::default();
        let mut meeting = Box::pin(meet(&device, SERVER, Some("a token")));
        assert!(meeting.as_mut().now_or_never().is_none(), "it waits for the server");
        let mut server = device.dialled().expect("it dials");
        server.tell(SocketEvent::Opened);
        assert!(meeting.as_mut().now_or_never().is_none(), "it waits for the answer");
        let heard = server.heard();
        server.tell(SocketEvent::Text(said.to_owned()));
        let outcome = meeting.as_mut().now_or_never().expect("it is answered");
        drop(meeting);
        assert_eq!(device.open().sockets, 0, "it hangs up");
        (outcome.map(|address| address.origin().to_owned()), heard)
    }

    #[test]
    fn a_server_that_says_welcome_is_met_and_left_again() {
        let welcome = r#"{"welcome":{"store":"00000000000000000000000000000007","run":"00000000000000000000000000000001",
            "clock":1,"identity":{"principal":"local","access":"edit"},"schema":1,"window_ms":1,"limits":{"frame_bytes_max":1,
            "value_bytes_max":1,"in_flight_len_max":1,"horizon_ms":1,"horizon_len_max":1}}}"#;
        let (outcome, heard) = met(welcome);
        assert_eq!(outcome, Ok("http://board.example".to_owned()));
        assert_eq!(
            heard,
            [format!(r#"{{"hello":{{"schema":{SCHEMA},"token":"a token"}}}}"#)]
        );
    }

    #[test]
    fn what_it_says_instead_is_told_apart() {
        let needs_token = r#"{"error":{"code":"needs_auth","message":"Give a token."}}"#;
        let message = "Give a token.".to_owned();
        assert_eq!(met(needs_token).0, Err(MeetError::NeedsToken { message }));
        let too_old = r#"{"error":{"code":"unsupported","message":"Update this program."}}"#;
        let message = "Update this program.".to_owned();
        assert_eq!(met(too_old).0, Err(MeetError::Refused { message }));
        let server = "http://board.example".to_owned();
        assert_eq!(met("220 mail ready").0, Err(MeetError::Unreachable { server }));
    }

    #[test]
    fn nobody_is_waited_for_longer_than_a_dial_takes() {
        let device = MemoryDevice::default();
        let mut meeting = Box::pin(meet(&device, SERVER, None));
        assert!(meeting.as_mut().now_or_never().is_none());
        device.pass(DIAL_MS_MAX);
        let outcome = meeting.as_mut().now_or_never().expect("time is up");
        assert!(matches!(outcome, Err(MeetError::Unreachable { .. })), "{outcome:?}");
        let wrong = meet(&device, "board", None).now_or_never().expect("nobody is asked");
        assert!(matches!(wrong, Err(MeetError::Address(_))), "{wrong:?}");
    }
}
