// Messages of a WebSocket (RFC 6455) in the bytes that carry them, either way.
import { randomBytes } from 'node:crypto';

/** Kinds of frames. */
export const TEXT = 1;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** Where the head of an HTTP message ends. */
const HEAD_END = '\r\n\r\n';

/** One frame, masked as a client's must be. */
export function maskedFrame(opcode, payload) {
  const { length } = payload;
  if (length > 0xffff) throw new Error(`a frame of ${length} bytes is more than the server takes`);
  const head = length < 126 ? [0x80 | opcode, 0x80 | length] : [0x80 | opcode, 0xfe, length >> 8, length & 0xff];
  const mask = randomBytes(4);
  const frame = Buffer.concat([Buffer.from(head), mask, payload]);
  flip(frame.subarray(head.length + mask.length), mask);
  return frame;
}

/** The first frame of `bytes`, if all of it is there: its kind, all of its bytes, what it says, and whether it is the last of a message. */
export function firstFrame(bytes) {
  if (bytes.length < 2) return undefined;
  const [short, isMasked] = [bytes[1] & 0x7f, (bytes[1] & 0x80) !== 0];
  const extended = { 126: 2, 127: 8 }[short] ?? 0;
  if (bytes.length < 2 + extended) return undefined;
  const length = { 0: () => short, 2: () => bytes.readUInt16BE(2), 8: () => Number(bytes.readBigUInt64BE(2)) }[extended]();
  const start = 2 + extended + (isMasked ? 4 : 0);
  if (bytes.length < start + length) return undefined;
  const payload = Buffer.from(bytes.subarray(start, start + length));
  if (isMasked) flip(payload, bytes.subarray(start - 4, start));
  return { opcode: bytes[0] & 0x0f, isLast: (bytes[0] & 0x80) !== 0, bytes: bytes.subarray(0, start + length), payload };
}

/** Finds the messages in what comes in pieces of any length. */
export class Messages {
  #received = Buffer.alloc(0);
  #isHeadToCome;
  /** Frames of a message that is not whole yet. */
  #begun = [];

  /** What a server says begins with its answer to the upgrade: there `isHeadToCome`. */
  constructor(isHeadToCome) {
    this.#isHeadToCome = isHeadToCome;
  }

  /**
   * What `data` completes: each with its `bytes` as they came; with `text`, where it is one that somebody has said, and none of
   * the socket's own.
   */
  *take(data) {
    this.#received = Buffer.concat([this.#received, data]);
    if (this.#isHeadToCome) {
      const end = this.#received.indexOf(HEAD_END);
      if (end < 0) return;
      this.#isHeadToCome = false;
      yield { bytes: this.#cut(end + HEAD_END.length) };
    }
    for (let frame = firstFrame(this.#received); frame !== undefined; frame = firstFrame(this.#received)) {
      this.#cut(frame.bytes.length);
      if (frame.opcode >= CLOSE) {
        yield { bytes: frame.bytes };
        continue;
      }
      this.#begun.push(frame);
      if (frame.isLast) {
        const frames = this.#begun.splice(0);
        const [bytes, text] = ['bytes', 'payload'].map((part) => Buffer.concat(frames.map((frame) => frame[part])));
        yield { bytes, text: text.toString() };
      }
    }
  }

  #cut(length) {
    const bytes = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return bytes;
  }
}

function flip(bytes, mask) {
  for (let at = 0; at < bytes.length; at += 1) bytes[at] ^= mask[at % 4];
}
