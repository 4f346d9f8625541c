// Shows what this address can't do, where that is so (a browser may hold it for secure all the same), until it is dismissed.
const line = document.getElementById('plain-http');
const READ = 'tideboard-plain-http-read';

function wasRead() {
  try {
    return localStorage.getItem(READ) !== null;
  } catch {
    return false; // a browser that stores nothing says it each time
  }
}

if (!isSecureContext && !wasRead()) {
  line.hidden = false;
  line.querySelector('button[type=button]').addEventListener('click', () => {
    line.remove();
    try {
      localStorage.setItem(READ, '1');
    } catch {
      // It is said again next time.
    }
  });
}
