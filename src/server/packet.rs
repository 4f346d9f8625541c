//! A frame as it crosses the wire: encoded and framed once, and then shared by every connection it goes to.

use bytes::Bytes;

use crate::protocol::ServerFrame;

/// `frame` as one unmasked WebSocket text message (RFC 6455, section 5.2), header and all.
pub(super) fn packet(frame: &ServerFrame) -> Bytes {
    let mut bytes = Vec::with_capacity(HEADER_BYTES_MAX + 512);
    bytes.resize(HEADER_BYTES_MAX, 0);
    serde_json::to_writer(&mut bytes, frame).expect("frames are plain data with text keys");
    let len = bytes.len() - HEADER_BYTES_MAX;
    let mut header = Vec::with_capacity(HEADER_BYTES_MAX);
    header.push(FINAL_TEXT);
    match len {
        0..=125 => header.push(len as u8),
        126..=0xffff => {
            header.push(126);
            header.extend((len as u16).to_be_bytes());
        }
        _ => {
            header.push(127);
            header.extend((len as u64).to_be_bytes());
        }
    }
    // The header's length is known last, so it is put right before the text that is already there.
    let start = HEADER_BYTES_MAX - header.len();
    bytes[start..HEADER_BYTES_MAX].copy_from_slice(&header);
    Bytes::from(bytes).slice(start..)
}

const FINAL_TEXT: u8 = 0b1000_0001;
const HEADER_BYTES_MAX: usize = 10;

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use tokio_tungstenite::tungstenite::{Message, WebSocket, protocol::Role};

    use super::packet;
    use crate::protocol::{Code, ServerFrame, decode};

    #[test]
    fn a_packet_of_any_length_is_one_text_message() {
        for len in [0, 60, 125, 126, 300, 0xffff, 0x1_0000] {
            let frame = ServerFrame::Error {
                code: Code::Malformed,
                message: "x".repeat(len),
            };
            let mut socket = WebSocket::from_raw_socket(Cursor::new(packet(&frame).to_vec()), Role::Client, None);
            let Ok(Message::Text(text)) = socket.read() else {
                panic!("no text of {len} letters")
            };
            if len < 0xffff {
                assert_eq!(decode::<ServerFrame>(&text).expect("a frame"), frame);
            } else {
                assert!(text.len() > len);
            }
        }
    }
}
