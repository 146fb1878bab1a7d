import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

describe('The door for policies, in a process of its own', function () {
  this.timeout(30_000);

  it('keeps mistakes of a policy from those around it', (done) => {
    const spec = fileURLToPath(new URL('isolated/door.js', import.meta.url));
    execFile(process.execPath, ['node_modules/mocha/bin/mocha.js', spec], (error, stdout) => {
      expect(error, stdout).to.equal(null);
      expect(stdout).to.match(/^\d+ passed, 0 failed$/m);
      done();
    });
  });
});
