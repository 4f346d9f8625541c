import { eventually } from '../harness/inspector.mjs';
import { chooseAlone } from '../harness/own_server.mjs';

export const title = 'On a system in German a window asks for its server in German, and its own boards are German, too';

export async function play({ window }) {
  window.environment = { ...window.environment, LC_ALL: 'de_DE.UTF-8' };
  await window.start();
  await window.until(() => document.documentElement.lang === 'de');
  await window.until(() => document.querySelector('.choosing h1')?.textContent === 'Wo ist der Server Ihres Boards?');
  await chooseAlone(window);
  await window.isIn('live');
  await window.until(() => document.querySelector('.card-title')?.textContent === 'Prozessor');
  await eventually(() => window.title === 'Dieser Rechner · Tideboard');

  // Nothing is offered that would do nothing: a window goes by its system.
  await window.evaluate(() => document.querySelector('.indicator button').click());
  await window.until(() => document.querySelector('.this-device') !== null);
  const offered = await window.evaluate(() => document.querySelectorAll('.this-device select').length);
  if (offered !== 1) throw new Error(`${offered} choices are offered beside this device’s name`);
}
