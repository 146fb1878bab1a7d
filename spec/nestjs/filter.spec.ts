import { ForbiddenException } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { expect } from 'chai';
import { CircuitOpenError } from '#lib/index.js';
import { HoldfastExceptionFilter } from '#lib/nestjs/index.js';

const refusal = new CircuitOpenError({ circuit: 'stock', retryAfterMs: 1500 });

describe('HoldfastExceptionFilter', () => {
  const filter = new HoldfastExceptionFilter(new HttpAdapterHost());

  function host(type: string, ...args: object[]): ExecutionContextHost {
    const context = new ExecutionContextHost(args);
    context.setType(type);
    return context;
  }

  it('sends the client of a web socket the event that Nest sends, with when to ask again', () => {
    const sent: unknown[] = [];
    filter.catch(refusal, host('ws', { emit: (...event: unknown[]) => sent.push(...event) }));
    expect(sent).to.deep.equal(['exception', { status: 'error', message: 'Service Unavailable', retryAfter: 2 }]);
  });

  it('does nothing for a client of a web socket that takes no events', () => {
    expect(filter.catch(refusal, host('ws', {}))).to.equal(undefined);
  });

  it('leaves the error to GraphQL', () => {
    expect(filter.catch(refusal, host('graphql'))).to.equal(undefined);
  });

  it('rethrows an error that is not mapped, if it is called with one', () => {
    const forbidden = new ForbiddenException();
    expect(() => filter.catch(forbidden, host('http'))).to.throw(ForbiddenException);
  });
});
