// Swaps the code in the address for a session. It stands in the fragment, which no browser sends: it is in no log and no
// referrer. Once the server has answered it is of no use any more, and leaves the address and the history.
// What is said without an answer stands on this script's own tag, in the language of the page.
const say = document.getElementById('say');
const { noCode, noServer } = document.currentScript.dataset;

function tell(text) {
  say.textContent = text;
  say.setAttribute('role', 'alert');
}

async function join() {
  const code = location.hash.slice(1);
  if (code === '') return tell(noCode);
  let answer;
  let text;
  try {
    answer = await fetch('/api/v1/join', { method: 'POST', body: new URLSearchParams({ code }) });
    text = await answer.text();
  } catch {
    return tell(noServer);
  }
  if (answer.ok) return location.replace(text);
  if (answer.status === 401) history.replaceState(null, '', location.pathname);
  tell(text);
}

addEventListener('hashchange', join);
join();
