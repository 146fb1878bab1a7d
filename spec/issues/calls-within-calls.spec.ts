import { expect } from 'chai';
import { CircuitProtected, circuit } from '#lib/index.js';
import { rejectionOf, uniqueName, unavailable } from '../support/upstream.js';
import { virtualTime } from '../support/virtual-time.js';

describe('A method that calls itself before it first waits', () => {
  const world = virtualTime();

  it('settles each call with the circuit that let it through', async () => {
    const name = uniqueName();
    let isDown = true;
    const ask = CircuitProtected({
      circuit: name,
      key: (model: string) => model,
      failureThreshold: 1,
      recoveryTimeout: '1s',
    })(async function askModel(model: string): Promise<string> {
      if (isDown) throw unavailable();
      return model === 'large' ? ask('small') : model;
    });
    await rejectionOf(ask('large'));
    isDown = false;
    await world.clock.advance('1s');
    expect(await ask('large')).to.equal('small');
    expect(circuit(`${name}[large]`).state).to.equal('closed');
  });
});
