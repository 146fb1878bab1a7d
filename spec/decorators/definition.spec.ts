import { expect } from 'chai';
import { type Observable, of } from 'rxjs';
import { CircuitProtected, ConfigurationError, DecorationError, type Duration, RetryOnTransient } from '#lib/index.js';

/** What the definition of a class throws. */
function definition(define: () => unknown): DecorationError {
  try {
    define();
  } catch (error) {
    expect(error).to.be.instanceOf(DecorationError).and.to.be.instanceOf(ConfigurationError);
    expect(error).to.have.property('name', 'DecorationError');
    return error as DecorationError;
  }
  throw new Error('expected the definition to be refused');
}

/** In both dialects, although standard decorators run before the class exists. */
const mentionsMethod = /Ask\.ask/;

// oxlint-disable-next-line typescript/no-explicit-any -- what the types refuse is tried at run time
const untyped = <T>(decorator: T): any => decorator;

describe('The definition of a class', () => {
  it('is refused for a retry above the circuit, with the order to write instead', () => {
    const { message } = definition(() => {
      class Ask {
        @RetryOnTransient()
        @CircuitProtected()
        async ask(): Promise<void> {}
      }
      return Ask;
    });
    expect(message).to.match(mentionsMethod);
    expect(message).to.contain('@RetryOnTransient() stands above @CircuitProtected()');
    expect(message).to.contain('  @CircuitProtected()\n  @RetryOnTransient()\n  async ask(');
  });

  for (const [name, twice] of [
    ['RetryOnTransient', () => RetryOnTransient()],
    ['CircuitProtected', () => CircuitProtected()],
  ] as const) {
    it(`is refused for @${name} written twice`, () => {
      const { message } = definition(() => {
        class Ask {
          @twice()
          @twice()
          async ask(): Promise<void> {}
        }
        return Ask;
      });
      expect(message).to.match(mentionsMethod).and.to.contain(`@${name}() stands twice`);
    });
  }

  it('is refused for options that are wrong, every problem at once', () => {
    const { message, problems } = definition(() => {
      class Ask {
        @RetryOnTransient({
          maxAttempts: 0,
          minWait: 5 as unknown as Duration,
          maxWait: '1 sec' as Duration,
          jitter: 'some' as 'full',
          retryOn: true as never,
          maxAttemps: 3,
        } as object)
        async ask(): Promise<void> {}
      }
      return Ask;
    });
    expect(problems).to.have.lengthOf(6);
    expect(message).to.match(mentionsMethod).and.to.contain('@RetryOnTransient()');
    expect(problems.join('\n'))
      .to.contain('maxAttempts: expected an integer >= 1, got 0')
      .and.to.contain('minWait: expected a duration with a unit, such as "500ms", "1.5s" or "2m", got 5')
      .and.to.contain(
        'maxWait: expected a duration with a unit, such as "500ms", "1.5s" or "2m", got a text of 5 characters',
      )
      .and.to.contain('jitter: expected one of "full", "none", got "some"')
      .and.to.contain('retryOn: expected a function, got true')
      .and.to.contain('maxAttemps: unknown key; did you mean "maxAttempts"?');
  });

  for (const [what, value] of [
    ['a fraction', 2.5],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a string', '3'],
    ['null', null],
    ['a number beyond what is exact', 2 ** 53],
  ] as const) {
    it(`is refused for ${what} as a count`, () => {
      expect(
        definition(() => untyped(RetryOnTransient({ maxAttempts: value as number }))(async function ask() {})).message,
      ).to.match(/^ask: @RetryOnTransient\(\) maxAttempts: expected an integer >= 1, got /);
    });
  }

  for (const value of [
    'soon',
    '-1s',
    'NaNs',
    '',
    '1',
    '1e3s',
    'Infinitys',
    '1s2s',
    '0s',
    '9e99d',
    '99999999999999999d',
  ]) {
    it(`is refused for ${JSON.stringify(value)} as a recovery timeout`, () => {
      const { message } = definition(() =>
        untyped(CircuitProtected({ recoveryTimeout: value as Duration }))(async function ask() {}),
      );
      expect(message).to.contain('recoveryTimeout: expected a duration above 0');
      expect(message).to.contain(value.length > 12 ? `a text of ${value.length} characters` : JSON.stringify(value));
    });
  }

  it('is refused for waits that contradict each other', () => {
    const { message } = definition(() =>
      untyped(RetryOnTransient({ minWait: '3s', maxWait: '2s' }))(async function ask() {}),
    );
    expect(message).to.equal('ask: @RetryOnTransient() minWait: expected at most maxWait (2s), got 3s');
  });

  it('is refused for recovery timeouts that contradict each other', () => {
    const options = { recoveryTimeout: '3s', maxRecoveryTimeout: '2s' } as const;
    const { message } = definition(() => untyped(CircuitProtected(options))(async function ask() {}));
    expect(message).to.equal(
      'ask: @CircuitProtected() recoveryTimeout: expected at most maxRecoveryTimeout (2s), got 3s',
    );
  });

  for (const given of [null, 5, 'text', [], () => 1]) {
    it(`is refused for ${given === null ? 'null' : typeof given} in place of options`, () => {
      definition(() => untyped(RetryOnTransient(given as object))(async function ask() {}));
    });
  }

  it('is refused for a circuit without a name', () => {
    expect(definition(() => untyped(CircuitProtected(''))(async function ask() {})).message).to.contain(
      'circuit: expected a name',
    );
  });

  it('copies the options, so that a later change of the object changes nothing', () => {
    const options = Object.freeze({ maxAttempts: 1 });
    expect(() => untyped(RetryOnTransient(options))(async function ask() {})).not.to.throw();
    const late = { maxAttempts: 2 };
    const decorator = RetryOnTransient(late);
    late.maxAttempts = 0;
    expect(() => untyped(decorator)(async function ask() {})).not.to.throw();
  });

  for (const [name, bare] of [
    ['RetryOnTransient', RetryOnTransient],
    ['CircuitProtected', CircuitProtected],
  ] as const) {
    it(`is refused for @${name} without its parentheses`, () => {
      const { message } = definition(() => {
        class Ask {
          @untyped(bare)
          async ask(): Promise<void> {}
        }
        return Ask;
      });
      expect(message).to.match(mentionsMethod).and.to.contain('without its parentheses').and.to.contain(`@${name}()`);
      expect(definition(() => untyped(bare)(async function ask() {})).message).to.contain(`${name}()(ask)`);
    });
  }

  it('takes methods as minifiers write them for what they are', () => {
    class Ask {
      other = async (): Promise<string> => 'x';
      @RetryOnTransient()
      // prettier-ignore
      ask(which: string): Promise<string> {
        return 'a' === which ? this.other() : this.other();
      }
    }
    expect(new Ask().ask('a')).to.be.instanceOf(Promise);
  });

  it('is refused on a getter', () => {
    const { message } = definition(() => {
      class Ask {
        @untyped(RetryOnTransient())
        get ask(): Promise<void> {
          return Promise.resolve();
        }
      }
      return Ask;
    });
    expect(message)
      .to.match(/getter|accessor/)
      .and.to.match(mentionsMethod)
      .and.to.contain('async');
  });

  it('is refused on a setter', () => {
    const { message } = definition(() => {
      class Ask {
        @untyped(RetryOnTransient())
        set ask(_value: unknown) {}
      }
      return Ask;
    });
    expect(message)
      .to.match(/setter|accessor/)
      .and.to.match(mentionsMethod);
  });

  it('is refused on a field', () => {
    const { message } = definition(() => {
      class Ask {
        @untyped(RetryOnTransient())
        ask = async (): Promise<void> => {};
      }
      return Ask;
    });
    expect(message).to.contain('field').and.to.match(mentionsMethod);
  });

  it('is refused on a class', () => {
    const { message } = definition(() => {
      @untyped(RetryOnTransient())
      class Ask {}
      return Ask;
    });
    expect(message).to.contain('class Ask');
  });

  for (const given of [undefined, null, 5, 'ask', {}]) {
    it(`is refused on ${JSON.stringify(given)} as a plain function`, () => {
      expect(definition(() => untyped(RetryOnTransient())(given)).message).to.contain('a function or a method');
    });
  }

  it('is refused on a method that certainly is synchronous', () => {
    for (const [define, write] of [
      [
        () => {
          class Ask {
            @untyped(RetryOnTransient())
            ask(): string {
              return 'at once';
            }
          }
          return Ask;
        },
        'Write: async ask(',
      ],
      [
        () => {
          class Ask {
            @untyped(RetryOnTransient())
            ask(): void {}
          }
          return Ask;
        },
        'Write: async ask(',
      ],
      [
        () => {
          class Ask {
            @untyped(RetryOnTransient())
            *ask(): Generator<number> {
              yield 1;
            }
          }
          return Ask;
        },
        'Write: async * ask(',
      ],
    ] as const) {
      const { message } = definition(define);
      expect(message).to.match(mentionsMethod).and.to.contain('synchronous').and.to.contain(write);
    }
  });

  it('cannot know every synchronous method: the others are told at the first call', () => {
    const shout = (text: string): string => text.toUpperCase();
    class Ask {
      @untyped(RetryOnTransient())
      ask(text: string): unknown {
        const shouted: unknown = shout(text);
        return shouted;
      }
    }
    expect(() => new Ask().ask('x')).to.throw(DecorationError, 'async ask(');
  });

  it('is told at the first call of a method that returns a stream and is not declared async *', () => {
    async function* inner(): AsyncGenerator<number> {
      yield 1;
    }
    class Ask {
      @RetryOnTransient()
      ask(): AsyncGenerator<number> {
        return inner();
      }
    }
    expect(() => new Ask().ask()).to.throw(DecorationError, 'async * ask(');
  });

  it('is told at the first call of a method that returns an Observable', () => {
    class Ask {
      @untyped(RetryOnTransient())
      ask(): unknown {
        const source: Observable<number> = of(1);
        return source;
      }
    }
    expect(() => new Ask().ask()).to.throw(DecorationError, 'async ask(…) { return firstValueFrom(…); }');
  });

  it('is told at the first call of an async * method that was compiled for a target without them', () => {
    const _wrapAsyncGenerator = (stream: () => AsyncGenerator<number>): AsyncGenerator<number> => stream();
    class Ask {
      @RetryOnTransient()
      ask(): AsyncGenerator<number> {
        return _wrapAsyncGenerator(async function* () {
          yield 1;
        });
      }
    }
    expect(() => new Ask().ask()).to.throw(DecorationError, '"target": "ES2018" or later in tsconfig.json');
  });

  it('is refused on a promise instead of a function', () => {
    const { message } = definition(() => untyped(RetryOnTransient())(Promise.resolve(1)));
    expect(message).to.equal(
      '@RetryOnTransient() stands on a promise. Write: RetryOnTransient()(fn), without calling fn.',
    );
  });
});
