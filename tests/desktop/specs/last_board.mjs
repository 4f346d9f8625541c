import { eventually } from '../harness/inspector.mjs';

export const title = 'The window opens on the board that was open last, with its server or without, also after a crash';
export const isOfAPhoneToo = true;

export async function play({ screen, server, window }) {
  await server.start();
  await window.start('--server', `http://127.0.0.1:${server.port}`);
  await window.isIn('live');
  await window.evaluate(() => document.querySelector('.board-name-text').closest('button').click());
  await window.enter('section[aria-label="New board"] input[name="name"]');
  screen.type('Night watch');
  screen.press('Return');
  await eventually(() => window.title === 'Night watch · Tideboard');
  await window.until(() => document.querySelector('main[data-state="empty"]'));
  await window.until(() => document.querySelector('.pending-badge')?.dataset.state === 'clear');
  await window.kill();

  await server.stop();
  await window.start();
  await eventually(() => window.title === 'Night watch · Tideboard');
  await window.isIn('waiting', 'offline');
  await window.until(() => document.querySelector('main[data-state="empty"]'));
}
