import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { throwError } from 'rxjs';
import { type HttpAnswer, toHttp } from '../http/index.js';

/** Matches every error that `toHttp()` maps. Nest passes all others to the other filters. */
abstract class Mapped {
  static [Symbol.hasInstance](error: unknown): boolean {
    return toHttp(error) !== undefined;
  }
}

/**
 * Answers failures of protected calls with the result of `toHttp()` of `holdfast/http`. It works with the Express and
 * the Fastify adapter. Callers of a microservice get the status as `code`. `HoldfastModule` registers it for the whole
 * app.
 */
export class HoldfastExceptionFilter implements ExceptionFilter {
  readonly #host: Pick<HttpAdapterHost, 'httpAdapter'>;

  constructor(host: Pick<HttpAdapterHost, 'httpAdapter'>) {
    this.#host = host;
  }

  catch(error: unknown, host: ArgumentsHost): unknown {
    const answer = toHttp(error);
    if (!answer) throw error;
    switch (host.getType<string>()) {
      case 'http':
        return this.#answer(answer, host.switchToHttp().getResponse());
      case 'rpc':
        return throwError(() => ({
          status: 'error',
          code: answer.status,
          message: answer.body.error,
          ...retryAfterOf(answer),
        }));
      case 'ws':
        host
          .switchToWs()
          .getClient<{ emit?(event: string, data: object): void }>()
          .emit?.('exception', {
            status: 'error',
            message: answer.body.error,
            ...retryAfterOf(answer),
          });
        return undefined;
      default:
        // GraphQL and other transports then handle the error themselves.
        return undefined;
    }
  }

  #answer({ status, headers, body }: HttpAnswer, response: unknown): void {
    const { httpAdapter } = this.#host;
    // An answer that has started cannot be replaced.
    if (httpAdapter.isHeadersSent(response)) {
      httpAdapter.end(response);
      return;
    }
    for (const [name, value] of Object.entries(headers)) httpAdapter.setHeader(response, name, value);
    httpAdapter.reply(response, body, status);
  }
}

function retryAfterOf({ body }: HttpAnswer): { retryAfter?: number } {
  return body.retryAfter === undefined ? {} : { retryAfter: body.retryAfter };
}

Catch(Mapped as never)(HoldfastExceptionFilter);

/** Used if the filter is switched off: matches no error. */
export class NoFilter implements ExceptionFilter {
  catch(error: unknown): never {
    throw error;
  }
}

Catch(
  class Nothing {
    static [Symbol.hasInstance](): boolean {
      return false;
    }
  },
)(NoFilter);
