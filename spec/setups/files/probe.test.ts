import { probe } from './probe';

test('the decorators do what they do elsewhere', async () => {
  expect(await probe()).toEqual(JSON.parse(process.env.EXPECTED ?? ''));
});
