import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

describe('A policy that is defined from outside, in a process of its own', function () {
  this.timeout(30_000);

  it('is like those of the library', (done) => {
    const spec = fileURLToPath(new URL('isolated/define-policy.js', import.meta.url));
    execFile(process.execPath, ['node_modules/mocha/bin/mocha.js', spec], (error, stdout) => {
      expect(error, stdout).to.equal(null);
      expect(stdout).to.match(/^1\d passed, 0 failed$/m);
      done();
    });
  });
});
