// Takes the place of a worker that an earlier start of this server has given out: forgets what that one has kept, and itself.
// Boards and edits are in IndexedDB; they stay.

addEventListener('install', () => skipWaiting());

addEventListener('activate', (event) => event.waitUntil(retire()));

async function retire() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith('tideboard ')).map((name) => caches.delete(name)));
  await registration.unregister();
}
