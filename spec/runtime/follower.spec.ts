import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Follower, hearsHangUp, versionOf } from '#lib/runtime/follower.js';
import { scratch } from '../support/files.js';

const INTERVAL_MS = 15;

describe('The follower of a settings file', () => {
  const files = scratch();
  let changes: number;
  let follower: Follower;

  beforeEach(() => {
    changes = 0;
    follower = new Follower({ changed: () => (changes += 1), asked: () => undefined }, INTERVAL_MS);
  });
  afterEach(() => follower.follow(undefined));

  const pause = (looks: number): Promise<void> => new Promise((done) => setTimeout(done, looks * INTERVAL_MS));

  async function changed(): Promise<void> {
    const before = changes;
    while (changes === before) await pause(1);
  }

  async function follow(path: string): Promise<void> {
    follower.follow(path, versionOf(path));
    await pause(3);
    expect(changes).to.equal(0);
  }

  it('tells of a file that is written to, replaced, removed and put back', async () => {
    const path = files.write('a.json', '1');
    await follow(path);
    files.write('a.json', '22');
    await changed();
    renameSync(files.write('b.json', '33'), path);
    await changed();
    unlinkSync(path);
    await changed();
    files.write('a.json', '44');
    await changed();
    await pause(5);
    expect(changes).to.be.within(4, 5);
  });

  it('tells of a change that leaves length and time as they are', async () => {
    const path = files.write('a.json', '1');
    utimesSync(path, 1000, 1000);
    await follow(path);
    const other = files.write('b.json', '2');
    utimesSync(other, 1000, 1000);
    renameSync(other, path);
    await changed();
  });

  it('tells when a folder on the way is exchanged through a link, as Kubernetes does', async () => {
    for (const version of ['v1', 'v2']) {
      mkdirSync(join(files.folder, version));
      files.write(`${version}/settings.json`, version);
    }
    const link = (name: string, target: string): void => symlinkSync(target, join(files.folder, name));
    link('..data', 'v1');
    link('settings.json', join('..data', 'settings.json'));
    await follow(join(files.folder, 'settings.json'));
    link('..tmp', 'v2');
    renameSync(join(files.folder, '..tmp'), join(files.folder, '..data'));
    rmSync(join(files.folder, 'v1'), { recursive: true });
    await changed();
  });

  it('tells of a file that appears, and of nothing while it is missing', async () => {
    const path = join(files.folder, 'late.json');
    await follow(path);
    files.write('late.json', '1');
    await changed();
  });

  it('tells of what has changed before it began to look', async () => {
    const path = files.write('a.json', '1');
    const read = versionOf(path);
    files.write('a.json', '22');
    follower.follow(path, read);
    await changed();
    await pause(5);
    expect(changes).to.equal(1);
  });

  it('leaves the file before when it is given another, or none', async () => {
    const [first, second] = [files.write('a.json', '1'), files.write('b.json', '1')];
    await follow(first);
    await follow(second);
    files.write('a.json', '22');
    await pause(5);
    expect(changes).to.equal(0);
    files.write('b.json', '22');
    await changed();
    follower.follow(undefined);
    files.write('b.json', '333');
    await pause(5);
    expect(changes).to.equal(1);
  });
});

describe('SIGHUP', () => {
  it('asks for the settings to be read again only where no stream is a terminal, and never on Windows', () => {
    expect(hearsHangUp('linux', () => false)).to.equal(true);
    expect(hearsHangUp('darwin', () => false)).to.equal(true);
    expect(hearsHangUp('win32', () => false)).to.equal(false);
    for (const terminal of [0, 1, 2]) expect(hearsHangUp('linux', (fd) => fd === terminal)).to.equal(false);
  });
});
