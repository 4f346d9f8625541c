// The states of who is let in, and by which address: they need a server with tokens.
import { NEIGHBOUR } from '../harness/browser.mjs';
import { EDIT, VIEW } from './scene.mjs';

export const TOKENS = ['--edit-token', EDIT, '--view-token', VIEW];

export async function openBoards({ page }) {
  await page.getByRole('button', { name: /^Board: / }).click();
  await page.getByRole('region', { name: 'New board' }).waitFor();
}

export async function share(scene) {
  const { port } = await scene.stage.server(...TOKENS);
  const me = await scene.me();
  const board = await me.open();
  // What is shared is an address of this machine's name: the page was come to by it.
  await board.page.goto(`http://${NEIGHBOUR}:${port}/`);
  await enter(board, EDIT);
  await board.isIn('live');
  await board.page.locator('#plain-http').getByRole('button', { name: 'Dismiss' }).click();
  await openBoards(board);
  await board.page.getByRole('button', { name: 'To edit' }).click();
  await board.page.locator('svg.qr').waitFor();
  await board.page.locator('svg.qr').scrollIntoViewIfNeeded();
  return board;
}

async function enter({ page }, token) {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Open the board' }).click();
}

export async function signIn(scene) {
  await scene.stage.server(...TOKENS);
  const board = await (await scene.me()).open(scene.path);
  await board.page.getByLabel('Token').waitFor();
  return board;
}

export async function signInRefused(scene) {
  const board = await signIn(scene);
  await enter(board, 'wrong-0123456789abcdef');
  await board.page.getByRole('alert').waitFor();
  return board;
}

export async function viewOnly(scene) {
  await scene.stage.server(...TOKENS);
  const board = await (await scene.me()).signIn(VIEW);
  await board.isIn('live');
  await board.page.getByText('View only').waitFor();
  return board;
}

export async function plainHttp(scene) {
  const { port } = await scene.stage.server(...TOKENS);
  const board = await (await scene.me()).open();
  await board.page.goto(`http://${NEIGHBOUR}:${port}/`);
  await enter(board, EDIT);
  await board.isIn('live');
  await board.page.locator('#plain-http').waitFor();
  return board;
}

export async function page(scene, path) {
  const board = await (await scene.me()).open(path);
  await board.page.getByRole('heading').first().waitFor();
  return board;
}

export async function installAuthority(scene) {
  await scene.stage.server('--tls-local', ...TOKENS);
  return page(scene, 'install-authority');
}

export async function joinRefused(scene) {
  await scene.stage.server(...TOKENS);
  const board = await (await scene.me()).open(`join#${'0'.repeat(32)}`);
  await board.page.getByRole('alert').filter({ hasText: 'was used already' }).waitFor();
  return board;
}
