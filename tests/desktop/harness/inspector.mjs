// What is in the window: WebKit's own inspector, which a program for development offers at an address of this machine
// (`WEBKIT_INSPECTOR_HTTP_SERVER`). It speaks JSON over a WebSocket, and each message of a page is wrapped in one of its target.
import { TextSocket } from '../../browser/harness/text_socket.mjs';

export class Inspector {
  #socket;
  #target;
  #number = 0;
  #asked = new Map();
  #ended;

  /** Attaches to the page of the window that was opened first, or so many later, once it is there. */
  static async attach(port, number = 0) {
    const inspector = new Inspector();
    const path = await eventually(async () => {
      const list = await (await fetch(`http://127.0.0.1:${port}/`)).text();
      return /dioxus:\/\/index\.html/.test(list) && list.match(/\/socket\/\d+\/\d+\/WebPage/g)?.sort()[number];
    });
    inspector.#socket = await TextSocket.open(port, { path, protocol: undefined });
    const attached = new Promise((resolve) => {
      inspector.#socket.on('text', (text) => {
        const { method, params } = JSON.parse(text);
        if (method === 'Target.targetCreated' && params.targetInfo.type === 'page') {
          inspector.#target = params.targetInfo.targetId;
          resolve();
        }
        if (method === 'Target.dispatchMessageFromTarget') inspector.#answered(JSON.parse(params.message));
      });
    });
    inspector.#socket.on('error', (error) => inspector.#end(error));
    inspector.#socket.on('closed', () => inspector.#end(new Error('the window is gone')));
    await attached;
    return inspector;
  }

  /** What a function comes to in the page; it is sent as its source, with arguments that JSON can hold. */
  async evaluate(work, ...values) {
    const expression = `(${work})(...${JSON.stringify(values)})`;
    const { result, wasThrown } = await this.#ask('Runtime.evaluate', { expression, returnByValue: true });
    if (wasThrown) throw new Error(`in the page: ${result.description ?? result.value}`);
    return result.value;
  }

  /** Resolves with what a function comes to in the page, as soon as that is true. */
  async until(work, ...values) {
    return eventually(() => this.evaluate(work, ...values));
  }

  close() {
    this.#socket.close();
  }

  #ask(method, params) {
    if (this.#ended) throw this.#ended;
    const id = ++this.#number;
    const message = JSON.stringify({ id, method, params });
    this.#socket.send(JSON.stringify({ id, method: 'Target.sendMessageToTarget', params: { targetId: this.#target, message } }));
    return new Promise((resolve, reject) => this.#asked.set(id, { resolve, reject }));
  }

  #answered({ id, result, error }) {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (error) asked?.reject(new Error(error.message));
    else asked?.resolve(result);
  }

  #end(error) {
    this.#ended ??= error;
    for (const { reject } of this.#asked.values()) reject(error);
    this.#asked.clear();
  }
}

/** Asks again until the answer is true; a question that can't be asked yet is asked again, too. Fails after `maxMs`. */
export async function eventually(ask, maxMs = 30_000) {
  const end = performance.now() + maxMs;
  let trouble;
  while (performance.now() < end) {
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      trouble = error;
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
  throw new Error(`waited ${maxMs / 1000} s for: ${ask}`, { cause: trouble });
}

/** Between two questions. */
const ASK_EVERY_MS = 50;
