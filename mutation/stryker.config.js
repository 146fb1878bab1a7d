// `npm run mutate`: what the specs would not notice, after `npm install --prefix mutation`. It takes the better part of an
// hour; a part can be named: npm run mutate -- --mutate 'lib/failures/**/*.ts'
export default {
  mutate: ['lib/{call,policies,failures,settings,decorators}/**/*.ts'],
  // Mutants are switched on one at a time within one build.
  buildCommand: 'npx tsc',
  testRunner: 'mocha',
  plugins: ['@stryker-mutator/mocha-runner'],
  mochaOptions: {
    'no-config': true,
    require: ['./build/standard/support/environment.js'],
    // One dialect: both are compiled from the same sources.
    spec: ['build/standard/{core,call,policies,failures,settings,decorators,runtime,telemetry,issues}/**/*.spec.js'],
    // It shows a process a folder that it may not read: here the packages lie in another one.
    ignore: ['build/standard/issues/no-access-to-folder.spec.js'],
  },
  dryRunTimeoutMinutes: 20,
  coverageAnalysis: 'perTest',
  // What is worked out when a module is loaded cannot be switched on later.
  ignoreStatic: true,
  // A mutant that makes a spec fail may leave the process spoilt, in which every later mutant would seem to be noticed.
  maxTestRunnerReuse: 10,
  concurrency: 2,
  tempDirName: 'build/mutation',
  reporters: ['clear-text', 'progress', 'json', 'html'],
  jsonReporter: { fileName: 'build/mutation-report.json' },
  htmlReporter: { fileName: 'build/mutation-report.html' },
  thresholds: { high: 95, low: 92, break: 92 },
};
