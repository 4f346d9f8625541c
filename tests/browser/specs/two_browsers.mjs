import { equal } from 'node:assert/strict';
import { SETPOINT } from '../harness/board.mjs';

export const title = 'two browsers see each other’s edits: of a counter, and of a setpoint whose slider or number one of them has under their hands';

export async function play(stage) {
  const [ada, ben] = await Promise.all([stage.person('Ada'), stage.person('Ben')]);
  const [hers, his] = await Promise.all([ada.open(), ben.open()]);
  await Promise.all([hers.isIn('live'), his.isIn('live')]);

  await hers.increase();
  await his.counts(1);
  await his.increase();
  await hers.counts(2);
  await Promise.all([hers.isSettled(), his.isSettled()]);

  const { mouse } = hers.page;
  const slider = hers.widget(SETPOINT).getByRole('slider');
  await slider.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await slider.boundingBox();
  await mouse.move(x + width / 2, y + height / 2);
  await mouse.down();
  await mouse.move(x + width * 0.8, y + height / 2, { steps: 5 });
  await hers.isSettled();
  await his.set(11);
  await hers.isSetTo(11);
  await mouse.up();
  await Promise.all([hers.isSettled(), his.isSettled()]);
  await Promise.all([hers.isSetTo(11), his.isSetTo(11)]);

  // What is being typed stays; what somebody else sets meanwhile is said beside it, before it is written over.
  const box = hers.widget(SETPOINT).getByRole('spinbutton');
  await box.fill('20');
  const news = hers.widget(SETPOINT).getByRole('alert').filter({ hasText: /^Somebody has set 12\D*\.$/ });
  equal(await news.count(), 0);
  await his.set(12);
  await news.waitFor();
  equal(await box.inputValue(), '20');
  await box.press('Escape');
  await news.waitFor({ state: 'detached' });
  await hers.isSetTo(12);
}
