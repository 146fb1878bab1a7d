const jsc = { parser: { syntax: 'typescript', decorators: true }, transform: { decoratorVersion: '2022-03' }, target: 'es2022' };

module.exports = { testMatch: ['**/probe.test.ts'], transform: { '^.+\\.ts$': ['@swc/jest', { jsc }] } };
