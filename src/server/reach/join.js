// Swaps the code in the address for a session. It stands in the fragment, which no browser sends: it is in no log and no
// referrer. Once the server has answered it is of no use any more, and leaves the address and the history.
const say = document.getElementById('say');

function tell(text) {
  say.textContent = text;
  say.setAttribute('role', 'alert');
}

async function join() {
  const code = location.hash.slice(1);
  if (code === '') return tell('There is no code in this address. Scan it again, or ask for a new one.');
  let answer;
  let text;
  try {
    answer = await fetch('/api/v1/join', { method: 'POST', body: new URLSearchParams({ code }) });
    text = await answer.text();
  } catch {
    return tell('The server can’t be reached. Is this device in the same network? Reload to try again.');
  }
  if (answer.ok) return location.replace(text);
  if (answer.status === 401) history.replaceState(null, '', location.pathname);
  tell(text);
}

addEventListener('hashchange', join);
join();
