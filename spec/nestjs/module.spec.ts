import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  Inject,
  Injectable,
  type LoggerService,
  Module,
  Res,
} from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { expect } from 'chai';
import {
  CircuitOpenError,
  CircuitProtected,
  type CircuitHandle,
  ConfigurationError,
  configure,
  describe as describeClass,
  RetryOnTransient,
} from '#lib/index.js';
import {
  getCircuitToken,
  HoldfastModule,
  type HoldfastModuleAsyncOptions,
  type HoldfastModuleOptions,
  InjectCircuit,
} from '#lib/nestjs/index.js';
import { instantRetries } from '#lib/testing/index.js';
import { rejectionOf, unavailable, uniqueName } from '../support/upstream.js';

@Injectable()
class Inventory {
  @RetryOnTransient()
  async level(): Promise<number> {
    return 1;
  }
}

/** Every call of it fails where the longest wait is set to less than this. */
@Injectable()
class Orders {
  @RetryOnTransient({ minWait: '5s' })
  async ship(): Promise<void> {}

  async plain(): Promise<void> {}
}

/** Collects what Nest logs. */
class Lines implements LoggerService {
  readonly lines: string[] = [];
  readonly #add =
    (level: string) =>
    (message: unknown, ...rest: unknown[]) => {
      if (rest.at(-1) === 'holdfast')
        this.lines.push(`${level} ${typeof message === 'string' ? message : JSON.stringify(message)}`);
    };
  readonly log = this.#add('log');
  readonly error = this.#add('error');
  readonly warn = this.#add('warn');
  readonly debug = this.#add('debug');
}

const maxWaitOf = (): unknown => describeClass(Inventory).level?.[0]?.settings.maxWait;

describe('HoldfastModule', () => {
  let undo: (() => void)[];
  let closing: { close(): Promise<void> }[];
  let lines: Lines;

  beforeEach(() => {
    undo = [configure({ settings: { log: { level: 'silent' } } }), instantRetries()];
    closing = [];
    lines = new Lines();
  });
  afterEach(async () => {
    for (const app of closing) await app.close();
    for (const restore of undo) restore();
  });

  type Imports = NonNullable<Parameters<typeof Test.createTestingModule>[0]['imports']>;

  async function started(imports: Imports, providers: (typeof Orders | typeof Inventory)[] = [Inventory]) {
    const module = await Test.createTestingModule({ imports, providers }).setLogger(lines).compile();
    await module.init();
    closing.push(module);
    return module;
  }

  const wrong = (strict?: HoldfastModuleOptions['strict']): Imports => [
    HoldfastModule.forRoot({
      settings: { retry: { minWait: '1s', maxWait: '2s' } },
      ...(strict !== undefined && { strict }),
    }),
  ];
  const PROBLEM = /^Orders\.ship: @RetryOnTransient\(\) every call fails: .*minWait.*maxWait/;

  describe('settings', () => {
    it('hold from the start of the app until it is closed', async () => {
      const before = maxWaitOf();
      const app = await started([HoldfastModule.forRoot({ settings: { retry: { maxWait: '7s' } } })]);
      expect(maxWaitOf()).to.deep.equal({ value: '7s', source: 'configure' });
      await app.close();
      expect(maxWaitOf()).to.deep.equal(before);
    });

    it('of two apps do not undo each other', async () => {
      const [first] = [await started([HoldfastModule.forRoot({ settings: { retry: { maxWait: '7s' } } })])];
      const second = await started([HoldfastModule.forRoot({ settings: { circuit: { probes: 3 } } })]);
      await first.close();
      expect(maxWaitOf()).to.include({ source: 'default' });
      const third = await started([HoldfastModule.forRoot({ settings: { retry: { maxWait: '8s' } } })]);
      await second.close();
      expect(maxWaitOf()).to.deep.equal({ value: '8s', source: 'configure' });
      await third.close();
    });

    it('that are wrong stop the boot', async () => {
      const settings = { retry: { maxAttempts: 0 } };
      const error = await rejectionOf(started([HoldfastModule.forRoot({ settings })]));
      expect(error).to.be.instanceOf(ConfigurationError);
    });

    for (const [how, options] of [
      [
        'a factory',
        {
          inject: ['WAIT'],
          imports: [waitModule()],
          useFactory: async (maxWait: '9s') => ({ settings: { retry: { maxWait } } }),
        },
      ],
      [
        'a class',
        {
          useClass: class {
            createHoldfastOptions = () => ({ settings: { retry: { maxWait: '9s' as const } } });
          },
        },
      ],
    ] satisfies [string, HoldfastModuleAsyncOptions][]) {
      it(`come from ${how} with forRootAsync`, async () => {
        await started([HoldfastModule.forRootAsync(options)]);
        expect(maxWaitOf()).to.deep.equal({ value: '9s', source: 'configure' });
      });
    }

    it('come from a provider that exists with forRootAsync', async () => {
      class Options {
        constructor(readonly maxWait: '9s') {}

        createHoldfastOptions(): HoldfastModuleOptions {
          return { settings: { retry: { maxWait: this.maxWait } } };
        }
      }
      Inject('WAIT')(Options, undefined, 0);
      const module = { module: class Existing {}, imports: [waitModule()], providers: [Options], exports: [Options] };
      await started([HoldfastModule.forRootAsync({ imports: [module], useExisting: Options })]);
      expect(maxWaitOf()).to.deep.equal({ value: '9s', source: 'configure' });
    });

    it('that a factory fails to make stop the boot with its error, and nothing stays configured', async () => {
      const bug = new RangeError('no such vault');
      const useFactory = async (): Promise<never> => {
        throw bug;
      };
      expect(await rejectionOf(started([HoldfastModule.forRootAsync({ useFactory })]))).to.equal(bug);
      const wrongOnes = async () => ({ strict: 'maybe' }) as unknown as HoldfastModuleOptions;
      const error = await rejectionOf(started([HoldfastModule.forRootAsync({ useFactory: wrongOnes })]));
      expect(error).to.have.deep.property('problems', ["HoldfastModule: strict: expected 'error', 'warn' or false"]);
      expect(maxWaitOf()).to.include({ source: 'default' });
    });

    it('are set twice where the module is imported twice, and undone all the same', async () => {
      const app = await started([
        HoldfastModule.forRoot({ settings: { retry: { maxWait: '7s' } } }),
        HoldfastModule.forRoot({ settings: { retry: { maxWait: '8s' } } }),
      ]);
      expect(maxWaitOf()).to.deep.include({ source: 'configure' });
      await app.close();
      expect(maxWaitOf()).to.include({ source: 'default' });
    });
  });

  describe('the check at boot', () => {
    it('warns of methods of which every call fails, by default', async () => {
      await started(wrong(), [Orders, Inventory]);
      expect(lines.lines).to.have.length(1);
      expect(lines.lines[0]?.replace('warn ', '')).to.match(PROBLEM);
    });

    it("stops the boot with the whole list with strict: 'error', and nothing stays configured", async () => {
      const settings = { retry: { minWait: '1s', maxWait: '2s' }, methods: { 'Inventry.level': {} } } as const;
      const imports = [HoldfastModule.forRoot({ settings, strict: 'error' })];
      const error = await rejectionOf(started(imports, [Orders, Inventory]));
      expect(error).to.be.instanceOf(ConfigurationError);
      const { problems } = error as ConfigurationError;
      expect(problems).to.have.length(2);
      expect(problems[0]).to.match(PROBLEM);
      expect(problems[1]).to.match(/^methods\.Inventry\.level: /);
      expect(maxWaitOf()).to.include({ source: 'default' });
    });

    it('says nothing with strict: false, nor of methods that work', async () => {
      const app = await started(wrong(false), [Orders, Inventory]);
      await app.close();
      await started([HoldfastModule.forRoot()], [Orders, Inventory]);
      expect(lines.lines).to.deep.equal([]);
    });

    it('looks at controllers, at what factories made and at providers of each request', async () => {
      @Controller()
      class Desk {
        @Get()
        @RetryOnTransient({ minWait: '6s' })
        async open(): Promise<void> {}
      }
      @Injectable({ scope: 2 })
      class EachRequest {
        @RetryOnTransient({ minWait: '7s' })
        async open(): Promise<void> {}
      }
      const module = {
        module: class Feature {},
        controllers: [Desk],
        providers: [EachRequest, { provide: 'ORDERS', useFactory: () => new Orders() }],
      };
      await started([...wrong(), module]);
      const names = lines.lines.map((line) => line.split(':')[0]);
      expect(names).to.have.members(['warn Desk.open', 'warn EachRequest.open', 'warn Orders.ship']);
    });

    it('reports a section that names no method, with the nearest name', async () => {
      const methods = { 'Inventry.level': {}, 'Inventory.level': {}, Xyz: {} };
      await started([HoldfastModule.forRoot({ settings: { methods } })]);
      expect(lines.lines).to.deep.equal([
        'warn methods.Inventry.level: no provider or controller has this decorated method. The nearest is Inventory.level',
        'warn methods.Xyz: no provider or controller has this decorated method',
      ]);
    });
  });

  describe("with Nest's logger", () => {
    it('logs there, each entry at its level', async () => {
      undo.pop()?.();
      undo.pop()?.();
      undo.push(instantRetries());
      await started([HoldfastModule.forRoot({ logger: 'nest' })]);
      const name = uniqueName();
      const call = CircuitProtected({ circuit: name, failureThreshold: 1 })(
        RetryOnTransient({ maxAttempts: 2 })(async function ask() {
          throw unavailable();
        }),
      );
      await rejectionOf(call());
      const entries = lines.lines.map((line) => {
        const [level = '', ...rest] = line.split(' ');
        return `${level} ${(JSON.parse(rest.join(' ')) as { message: string }).message}`;
      });
      expect(entries).to.include.members(['warn retry_scheduled', 'warn retry_gave_up', 'error circuit_opened']);
      expect(lines.lines.join()).to.include('"kind":"server"').and.not.include('secret');
    });
  });

  describe('circuits', () => {
    const name = uniqueName();

    @Injectable()
    class Dashboard {
      constructor(@InjectCircuit(name) readonly circuit: CircuitHandle) {}
    }
    @Module({ imports: [HoldfastModule.forFeature([name])], providers: [Dashboard] })
    class Feature {}

    it('are injected by name', async () => {
      const app = await started([HoldfastModule.forRoot(), Feature]);
      expect(app.get(Dashboard, { strict: false }).circuit).to.include({ name, state: 'closed' });
    });

    it('can be replaced in a test', async () => {
      const fake = { name, state: 'open' };
      const module = await Test.createTestingModule({ imports: [HoldfastModule.forRoot(), Feature] })
        .overrideProvider(getCircuitToken(name))
        .useValue(fake)
        .compile();
      closing.push(module);
      expect(module.get(Dashboard, { strict: false }).circuit).to.equal(fake);
    });
  });

  describe('the filter', () => {
    @Controller()
    class Shop {
      @Get('open')
      open(): never {
        throw new CircuitOpenError({ circuit: 'shop', retryAfterMs: 1500 });
      }

      @Get('begun')
      begun(@Res() response: { write(text: string): void }): never {
        response.write('half an ');
        throw new CircuitOpenError({ circuit: 'shop', retryAfterMs: 1500 });
      }

      @Get('range')
      range(): never {
        throw new RangeError('a bug');
      }
    }

    @Catch(RangeError)
    class Ranges implements ExceptionFilter {
      catch(_error: RangeError, host: ArgumentsHost): void {
        host.switchToHttp().getResponse<{ status(code: number): { json(body: object): void } }>().status(418).json({});
      }
    }

    async function status(options: HoldfastModuleOptions, path: string): Promise<number> {
      @Module({
        imports: [HoldfastModule.forRoot(options)],
        controllers: [Shop],
        providers: [{ provide: APP_FILTER, useClass: Ranges }],
      })
      class App {}
      const app = await NestFactory.create(App, { logger: false, forceCloseConnections: true });
      closing.push(app);
      await app.listen(0, '127.0.0.1');
      const response = await fetch(`${await app.getUrl()}/${path}`);
      await response.text();
      return response.status;
    }

    it('answers, and leaves to other filters what is theirs', async () => {
      expect(await status({}, 'open')).to.equal(503);
      expect(await status({}, 'range')).to.equal(418);
    });

    it('ends an answer that has begun', async () => {
      expect(await status({}, 'begun')).to.equal(200);
    });

    it('is not there with filter: false', async () => {
      expect(await status({ filter: false }, 'open')).to.equal(500);
      expect(await status({ filter: false }, 'range')).to.equal(418);
    });
  });

  for (const [options, problem] of [
    [{ retries: 1 }, 'HoldfastModule: unknown option "retries". Known: settings, logger, filter, strict, global'],
    [{ logger: 'winston' }, "HoldfastModule: logger: expected 'nest' or a logger"],
    [{ filter: 1 }, 'HoldfastModule: filter: expected true or false'],
  ] as const) {
    it(`refuses options that are wrong: ${problem}`, () => {
      expect(() => HoldfastModule.forRoot(options as object))
        .to.throw(ConfigurationError)
        .with.deep.property('problems', [problem]);
    });
  }

  it('refuses names that are none, and forRootAsync without a way to make options', () => {
    expect(() => HoldfastModule.forFeature(['a', ''])).to.throw(ConfigurationError, "such as ['payments']");
    expect(() => HoldfastModule.forRootAsync({})).to.throw(ConfigurationError, 'expected one of useFactory');
  });
});

function waitModule() {
  return {
    module: class Waits {},
    providers: [{ provide: 'WAIT', useValue: '9s' }],
    exports: ['WAIT'],
  };
}
