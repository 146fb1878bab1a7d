module.exports = { preset: 'ts-jest', testMatch: ['**/probe.test.ts'] };
