import { expect } from 'chai';
import { Viewer } from '#lib/dashboard/viewer.js';
import { rejectionOf } from '../support/upstream.js';

describe('Viewer', () => {
  let viewer: Viewer;
  let reader: ReadableStreamDefaultReader<Uint8Array>;
  const message = new Uint8Array(1);

  beforeEach(() => {
    const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      viewer = new Viewer(controller);
    };
    reader = new ReadableStream<Uint8Array>({ start }, { highWaterMark: 0 }).getReader();
  });

  it('does not keep up once 200 messages wait', () => {
    for (let i = 0; i < 200; i++) expect(viewer.event(message), String(i)).to.equal(true);
    expect(viewer.event(message)).to.equal(false);
  });

  it('gets no tick while something waits, and does not keep up after 30 of them', async () => {
    expect(viewer.tick(message)).to.equal(true);
    for (let i = 0; i < 29; i++) expect(viewer.tick(message), String(i)).to.equal(true);
    await reader.read();
    expect(viewer.tick(message)).to.equal(true);
    for (let i = 0; i < 29; i++) expect(viewer.tick(message), String(i)).to.equal(true);
    expect(viewer.tick(message)).to.equal(false);
  });

  it('keeps nothing for a reader that is dropped', async () => {
    viewer.event(message);
    viewer.drop();
    expect(await rejectionOf(reader.read())).to.match(/too slow/);
  });
});
