import { expect, test } from 'vitest';
import { probe } from './probe.js';

test('the decorators do what they do elsewhere', async () => {
  expect(await probe()).toEqual(JSON.parse(process.env.EXPECTED ?? ''));
});
