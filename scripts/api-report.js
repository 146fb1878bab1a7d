// Compares what each entry point exports with the report in spec/api; with --update it writes the report instead.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const ENTRIES = {
  holdfast: 'index',
  'holdfast-ai': 'ai/index',
  'holdfast-dashboard': 'dashboard/index',
  'holdfast-fetch': 'fetch/index',
  'holdfast-fetch-axios': 'fetch/axios',
  'holdfast-fetch-undici': 'fetch/undici',
  'holdfast-fleet': 'fleet/index',
  'holdfast-health': 'health/index',
  'holdfast-http': 'http/index',
  'holdfast-nestjs': 'nestjs/index',
  'holdfast-openai': 'openai/index',
  'holdfast-otel': 'otel/index',
  'holdfast-policy': 'policy/index',
  'holdfast-prometheus': 'prometheus/index',
  'holdfast-testing': 'testing/index',
};

const isUpdate = process.argv.includes('--update');
const root = resolve('.');
mkdirSync('spec/api', { recursive: true });

for (const [report, entry] of Object.entries(ENTRIES)) {
  const file = `dist/${entry}.d.ts`;
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: resolve('package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: resolve(file),
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: { extends: './tsconfig.json', compilerOptions: { rootDir: '.' }, files: [file] },
      },
      apiReport: {
        enabled: true,
        reportFileName: report,
        reportFolder: resolve('spec/api'),
        reportTempFolder: resolve('build/api'),
        // The shape of what is not exported by name is a part of the surface too.
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: 'error' } },
        extractorMessageReporting: {
          default: { logLevel: 'warning' },
          // Everything that an entry point exports is public, and what it mentions stands in the report.
          'ae-missing-release-tag': { logLevel: 'none' },
          'ae-forgotten-export': { logLevel: 'none' },
          // A name may speak for itself, and a link may lead to what another entry point exports.
          'ae-undocumented': { logLevel: 'none' },
          'ae-unresolved-link': { logLevel: 'none' },
        },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
  });
  const { succeeded, apiReportChanged } = Extractor.invoke(config, {
    localBuild: isUpdate,
    messageCallback: (message) => {
      // Which compiler it brought along, and that a report was copied, is of no interest.
      if (message.category === 'console') message.logLevel = 'none';
    },
  });
  const isStale = apiReportChanged && !isUpdate;
  if (isStale) {
    console.log(`spec/api/${report}.api.md is not what ${file} exports: run "npm run api" and review the change.`);
  }
  if (isStale || !succeeded) process.exitCode = 1;
}
