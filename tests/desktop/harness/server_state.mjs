// What the server has, by its own API: whatever the window says, this is what arrived.

/** A field of a widget on the first board; `undefined` where it has none. */
export async function field(server, widget, name, token = undefined) {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const response = await fetch(`http://127.0.0.1:${server.port}/api/v1/boards/this-machine`, { headers });
  if (!response.ok) throw new Error(`the server answers ${response.status}`);
  const { widgets } = await response.json();
  return widgets[widget]?.fields[name]?.value;
}

/** Another program gives a field of the first board a value. */
export async function write(server, widget, name, value) {
  await post(server, `widgets/${widget}/fields/${name}`, value);
}

/** Another program adds to a number of the first board. */
export async function add(server, widget, name, amount) {
  await post(server, `widgets/${widget}/fields/${name}?add`, amount);
}

async function post(server, path, value) {
  const answer = await fetch(`http://127.0.0.1:${server.port}/api/v1/boards/this-machine/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(value),
  });
  if (!answer.ok) throw new Error(`the server answers ${answer.status}: ${await answer.text()}`);
}
